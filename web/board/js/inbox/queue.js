// The queue that is open: its entries, the one that is looked at, and what follows a decision.

import { api, query, sentence } from "../api.js";
import { countInbox, inbox } from "../header.js";
import { focusNext } from "../desk/title.js";
import { go, route } from "../router.js";
import { createStore } from "../store.js";
import { listen } from "../stream.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {{id: string, kind: string, case: Case | string, number?: string, [more: string]: any}} Entry case is a case, or of held work the id of one
 * @typedef {{name: string, items: Entry[], total: number, page: number, state: "loading" | "ready" | "wrong", wrong: string}} Queue
 */

/** @type {Queue} */
const EMPTY = { name: "", items: [], total: 0, page: 1, state: "loading", wrong: "" };

export const queue = createStore(EMPTY);

/** Kinds of held work: all that is no action. */
const HELD = "edit,create,body";

/** @param {string} name @param {number} page @returns {Promise<{items: Entry[], total: number}>} */
function ask(name, page) {
  if (name === "held") return api("/api/held" + query({ kind: HELD, page }));
  if (name === "review") return api("/api/held" + query({ kind: "action", page }));
  return api(`/api/dispatch/inbox/${name}` + query({ page }));
}

let turn = 0;

/** Opens a queue. @param {string} name */
export function openQueue(name) {
  if (queue.get().name !== name) queue.set({ ...EMPTY, name });
  return readQueue();
}

/** Reads the pages that are shown anew. */
export async function readQueue() {
  const { name, page: pages } = queue.get();
  if (!name) return;
  const mine = ++turn;
  try {
    /** @type {Entry[]} */
    const items = [];
    let total = 0;
    for (let page = 1; page <= pages; page++) {
      const got = await ask(name, page);
      items.push(...got.items.filter((e) => !items.some((have) => have.id === e.id)));
      total = got.total;
      if (got.items.length === 0) break;
    }
    if (mine !== turn) return;
    queue.set({ items, total, state: "ready", wrong: "" });
    keepCount(name, total);
  } catch (err) {
    if (mine === turn) queue.set((q) => (q.items.length > 0 ? {} : { state: "wrong", wrong: sentence(err) }));
  }
}

/** Shows the next page under those that are there. */
export function readMore() {
  queue.set((q) => ({ page: q.page + 1 }));
  readQueue();
}

/** @param {string} name @param {number} total */
function keepCount(name, total) {
  const { counts } = inbox.get();
  if (counts && counts[name] !== undefined && counts[name] !== total) inbox.set({ counts: { ...counts, [name]: total } });
}

/** The entry that is looked at. @param {Queue} q @param {string} id */
export const entryAt = (q, id) => q.items.find((e) => e.id === id) ?? q.items[0] ?? null;

/** @param {string} id */
export const showEntry = (id) => go({ query: { item: id } }, { replace: true });

/** An entry further down, or up. @param {number} by */
export function stepEntry(by) {
  const { items } = queue.get();
  const at = items.findIndex((e) => e.id === entryAt(queue.get(), route.get().query.item)?.id);
  const next = items[Math.max(0, Math.min(at + by, items.length - 1))];
  if (next) showEntry(next.id);
}

/** An entry was decided about: it leaves, the count falls, and the next one is looked at. @param {string} id */
export function decided(id) {
  const { items, total, name } = queue.get();
  const at = items.findIndex((e) => e.id === id);
  if (at < 0) return;
  const left = items.filter((e) => e.id !== id);
  const next = left[Math.min(at, left.length - 1)];
  focusNext();
  queue.set({ items: left, total: total - 1 });
  keepCount(name, total - 1);
  go({ query: next ? { item: next.id } : {} }, { replace: true });
  readQueue();
  countInbox();
}

listen("again", () => void readQueue());
listen("inbox", ({ counts }) => {
  const { name, total } = queue.get();
  if (route.get().view === "inbox" && counts?.[name] !== undefined && counts[name] !== total) readQueue();
});
listen("cases", ({ changed = [], gone = [] }) => {
  const ids = new Set([...changed.map((/** @type {any} */ c) => c.id), ...gone]);
  const touched = queue.get().items.some((e) => ids.has(typeof e.case === "string" ? e.case : e.case.id));
  if (route.get().view === "inbox" && touched) readQueue();
});
