// The file of a case as a screen of the desk shows it: read when it is looked at, and again
// when the case changes.

import { useEffect, useState } from "preact";
import { api, sentence } from "../api.js";
import { listen } from "../stream.js";

/** @typedef {import("../panel/file.js").CaseFile} File */

/**
 * @param {string} id "" for none
 * @returns {{file: File | null, wrong: string, again: () => void}}
 */
export function useFile(id) {
  const [got, set] = useState({ id: "", file: /** @type {File | null} */ (null), wrong: "" });
  const [turn, again] = useState(0);
  useEffect(() => {
    if (!id) return;
    let gone = false;
    api("/api/cases/" + encodeURIComponent(id)).then(
      (file) => gone || set({ id, file, wrong: "" }),
      (err) => gone || set((g) => ({ id, file: g.id === id ? g.file : null, wrong: sentence(err) })),
    );
    return () => void (gone = true);
  }, [id, turn]);
  useEffect(() => {
    const anew = () => again((n) => n + 1);
    const ends = [listen("again", anew), listen("cases", (told) => (told.changed ?? []).some((/** @type {any} */ c) => c.id === id) && anew())];
    return () => ends.forEach((end) => end());
  }, [id]);
  const mine = got.id === id;
  return { file: mine ? got.file : null, wrong: mine ? got.wrong : "", again: () => again((n) => n + 1) };
}
