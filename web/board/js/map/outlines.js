// The borders of the reader's jurisdictions, where the operator imported some.

import { api } from "../api.js";

/** @type {any} */
let borders = null;

/** Reads them; there may be none, or none for this role. */
export async function readBorders() {
  borders ??= await api("/api/cases/outlines").catch(() => null);
}

/** Draws them. What is not there is not drawn. @param {import("maplibre-gl").Map} map */
export function drawBorders(map) {
  if (borders) /** @type {any} */ (map.getSource("outlines"))?.setData(borders);
}

/** Where they lie. @returns {[number, number, number, number] | null} west, south, east, north */
export function fence() {
  /** @type {[number, number, number, number]} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (/** @type {any} */ c) => {
    if (typeof c[0] !== "number") return void c.forEach(walk);
    [box[0], box[1], box[2], box[3]] = [Math.min(box[0], c[0]), Math.min(box[1], c[1]), Math.max(box[2], c[0]), Math.max(box[3], c[1])];
  };
  for (const f of borders?.features ?? []) walk(f.geometry?.coordinates ?? []);
  return box[0] < box[2] ? box : null;
}
