// The cases that are selected, in the order in which they were; and the one under the pointer.

import { createStore } from "./store.js";
import { listen } from "./stream.js";

export const selection = createStore({ ids: /** @type {Set<string>} */ (new Set()), anchor: "", note: "" });

/** The case under the pointer, in the list or on the map: each lights the other. */
export const hovered = createStore({ id: "", from: "" });

/** @param {string} id */
export function toggleCase(id) {
  selection.set(({ ids }) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, anchor: id, note: "" };
  });
}

/** @param {Iterable<string>} more @param {{only?: boolean, note?: string}} [how] only: what was selected before is not any more */
export function selectCases(more, { only = false, note = "" } = {}) {
  selection.set(({ ids }) => ({ ids: new Set([...(only ? [] : ids), ...more]), note }));
}

/** Nothing is selected any more; or what is named is not. @param {Iterable<string>} [of] */
export function clearSelection(of) {
  const less = of && new Set(of);
  selection.set(({ ids }) => ({ ids: new Set(less ? [...ids].filter((id) => !less.has(id)) : []), anchor: "", note: "" }));
}

// What went to somebody else is not selected any more.
listen("cases", ({ gone = [] }) => {
  if (gone.some((/** @type {string} */ id) => selection.get().ids.has(id))) clearSelection(gone);
});
