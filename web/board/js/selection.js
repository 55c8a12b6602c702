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

// What went to somebody else is not selected any more.
listen("cases", ({ gone = [] }) => {
  const { ids } = selection.get();
  if (gone.some((/** @type {string} */ id) => ids.has(id))) selection.set({ ids: new Set([...ids].filter((id) => !gone.includes(id))), note: "" });
});

export const clearSelection = () => selection.set({ ids: new Set(), anchor: "", note: "" });
