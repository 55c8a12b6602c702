// The records that an administrator keeps, by the house's own rules.

import { useEffect, useState } from "preact";
import { api, query, sentence } from "../api.js";

/** @param {string} collection @param {string} [id] */
const address = (collection, id) => `/api/collections/${collection}/records${id ? "/" + id : ""}`;

/** @param {string} collection @param {Record<string, any>} values @returns {Promise<any>} */
export const create = (collection, values) => api(address(collection), { method: "POST", body: values });

/** @param {string} collection @param {string} id @param {Record<string, any>} values @returns {Promise<any>} */
export const change = (collection, id, values) => api(address(collection, id), { method: "PATCH", body: values });

/** A text as a filter takes it. @param {string} text */
export const quoted = (text) => JSON.stringify(text);

/**
 * A page of records, read anew when what is asked for changes.
 * @param {string} collection
 * @param {{filter?: string, sort?: string, page?: number, perPage?: number}} asked
 */
export function useRecords(collection, asked) {
  const [got, set] = useState({ items: /** @type {any[]} */ ([]), total: 0, wrong: "", ready: false });
  const [turn, again] = useState(0);
  const q = query({ perPage: 50, ...asked });
  useEffect(() => {
    let gone = false;
    api(address(collection) + q).then(
      ({ items, totalItems }) => gone || set({ items, total: totalItems, wrong: "", ready: true }),
      (err) => gone || set((g) => ({ ...g, wrong: sentence(err), ready: true })),
    );
    return () => void (gone = true);
  }, [collection, q, turn]);
  return { ...got, again: () => again((n) => n + 1) };
}
