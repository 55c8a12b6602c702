// One table of keys. What a key does is bound by the part that can do it.

import { useLayoutEffect, useRef } from "preact";
import { createStore } from "./store.js";

/**
 * The keys as they are shown, by group. A key of two letters is pressed one after the other.
 * Dialogs keep their own Esc and Enter.
 */
export const KEYS = /** @type {const} */ ([
  { id: "search", keys: ["/"], group: "anywhere" },
  { id: "help", keys: ["?"], group: "anywhere" },
  { id: "escape", keys: ["Escape"], group: "anywhere" },
  { id: "refresh", keys: ["r"], group: "anywhere" },
  { id: "undo", keys: ["u"], group: "anywhere" },
  { id: "next", keys: ["j"], group: "list" },
  { id: "previous", keys: ["k"], group: "list" },
  { id: "open", keys: ["Enter"], group: "list" },
  { id: "select", keys: ["x"], group: "list" },
  { id: "filter", keys: ["f"], group: "list" },
  { id: "assign", keys: ["a"], group: "case" },
  { id: "plan", keys: ["p"], group: "case" },
  { id: "note", keys: ["n"], group: "case" },
  { id: "go_list", keys: ["g", "l"], group: "go" },
  { id: "go_map", keys: ["g", "m"], group: "go" },
  { id: "go_case", keys: ["g", "c"], group: "go" },
  { id: "go_inbox", keys: ["g", "i"], group: "go" },
  { id: "go_phones", keys: ["g", "p"], group: "go" },
  { id: "lasso", keys: ["l"], group: "map" },
  { id: "rectangle", keys: ["b"], group: "map" },
  { id: "in_view", keys: ["v"], group: "map" },
]);

/** @typedef {(typeof KEYS)[number]["id"]} KeyId */

const KEPT = "xuncha.keys";

/** Whether single letters do anything: who dictates, or types by accident, turns them off. */
export const keys = createStore({ on: localStorage.getItem(KEPT) !== "off", help: false });

/** @param {boolean} on */
export function switchKeys(on) {
  localStorage.setItem(KEPT, on ? "on" : "off");
  keys.set({ on });
}

/** @type {Map<string, Array<() => boolean | void>>} */
const bound = new Map();

/**
 * Binds a key while the component is there. The one bound last is asked first; where it
 * answers false, the one before it is.
 * @param {KeyId} id
 * @param {() => boolean | void} act
 */
export function useKey(id, act) {
  const latest = useRef(act);
  latest.current = act;
  useLayoutEffect(() => {
    const call = () => latest.current();
    const list = bound.get(id) ?? [];
    bound.set(id, [...list, call]);
    return () => void bound.set(id, (bound.get(id) ?? []).filter((c) => c !== call));
  }, [id]);
}

/** Does what a key does. @param {KeyId} id @returns {boolean} whether anything was done */
export function press(id) {
  return (bound.get(id) ?? []).reduceRight((done, act) => done || act() !== false, false);
}

/** @param {EventTarget | null} at whether letters go into it */
function typing(at) {
  return at instanceof HTMLElement && (at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) ||
    (at instanceof HTMLInputElement && !/^(checkbox|radio|button|submit)$/.test(at.type)));
}

let begun = "";
let begunAt = 0;

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  const inDialog = document.querySelector("dialog[open]") !== null;
  if (e.key === "Escape") {
    if (!inDialog && press("escape")) e.preventDefault();
    return;
  }
  if (inDialog || typing(e.target) || !keys.get().on) return;
  const first = e.timeStamp - begunAt < 1500 ? begun : "";
  begun = "";
  const hit = KEYS.find(({ keys }) => keys.length === 2 && keys[0] === first && keys[1] === e.key) ??
    KEYS.find(({ keys }) => keys.length === 1 && keys[0] === e.key);
  if (hit && hit.id !== "open" && press(hit.id)) return void e.preventDefault(); // Enter belongs to what has the focus
  if (KEYS.some(({ keys }) => keys.length === 2 && keys[0] === e.key)) [begun, begunAt] = [e.key, e.timeStamp];
});
