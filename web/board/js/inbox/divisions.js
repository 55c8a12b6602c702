// The divisions that a desk may choose: their names and borders, as far as its range goes.

import { api, session } from "../api.js";
import { people } from "../people.js";
import { createStore } from "../store.js";

/** @typedef {{code: string, name: string, rings: [number, number][][]}} Division */

export const drawn = createStore({ list: /** @type {Division[]} */ ([]) });

let asked = false;

/** Reads the borders once. */
export async function loadDivisions() {
  if (asked) return;
  asked = true;
  try {
    const { features } = await api("/api/cases/outlines");
    drawn.set({
      list: features.map((/** @type {any} */ f) => ({
        code: f.properties.code, name: f.properties.name,
        rings: (f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates).flat(),
      })),
    });
  } catch {
    asked = false; // it is asked for again with the next entry
  }
}

/** A division's name, by its border or by the agency that answers for it. @param {string} code */
export function divisionName(code) {
  const county = code.slice(0, 6);
  return drawn.get().list.find((d) => d.code === county)?.name ?? [...people.get().agencies.values()].find((a) => a.division_code === county)?.name ?? "";
}

/** Whether a division lies in the reader's range. @param {string} code */
export function inRange(code) {
  const user = session.get().user;
  return Boolean(code && user?.scope_from && user.scope_from <= code && code <= user.scope_to);
}

/** The agency that answers for a division; "" if nobody is known. @param {string} code */
export const agencyOf = (code) => [...people.get().agencies.values()].find((a) => a.division_code === code.slice(0, 6))?.id ?? "";

/** What may be chosen, with the one that stands there now. @param {string} now @returns {[string, string][]} */
export function divisions(now) {
  const codes = drawn.get().list.map((d) => d.code);
  if (now && !codes.includes(now) && inRange(now)) codes.unshift(now);
  return codes.map((code) => [code, `${divisionName(code)} ${code}`.trim()]);
}
