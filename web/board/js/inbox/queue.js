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
 * @typedef {{entry: Entry, at: number}} Left at: where it stood
 * @typedef {{name: string, items: Entry[], total: number, page: number, state: "loading" | "ready" | "wrong", wrong: string, left: Left | null}} Queue
 * left: what is looked at although it waits no more; whoever was about to decide it is told, and
 * moves on when he has read that
 */

/** @type {Queue} */
const EMPTY = { name: "", items: [], total: 0, page: 1, state: "loading", wrong: "", left: null };

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
  own.clear();
  queue.set(queue.get().name === name ? { left: null } : { ...EMPTY, name });
  return readQueue();
}

/** Reads the pages that are shown anew, and one more where what is looked at is on none of them. */
export async function readQueue() {
  const { name, page: pages } = queue.get();
  if (!name) return;
  const mine = ++turn;
  try {
    /** @type {Entry[]} */
    const items = [];
    let total = 0;
    let page = 0;
    const lacks = () => items.length < total && !queue.get().left && !has(items, looked()?.id);
    while (page < pages || (page === pages && lacks())) {
      const got = await ask(name, ++page);
      items.push(...got.items.filter((e) => !has(items, e.id)));
      total = got.total;
      if (got.items.length === 0) break;
    }
    if (mine !== turn) return;
    const left = leaves(items);
    queue.set({ items, total, page, state: "ready", wrong: "", left });
    keepCount(name, total);
    if (left && own.delete(left.entry.id)) moveOn();
  } catch (err) {
    if (mine === turn) queue.set((q) => (q.items.length > 0 ? {} : { state: "wrong", wrong: sentence(err) }));
  }
}

/** @param {Entry[]} items @param {string | undefined} id */
const has = (items, id) => items.some((e) => e.id === id);

const VIEWS = ["inbox", "review"]; // those that show a queue

/** What is looked at now; null where no queue is. */
function looked() {
  const { view, query } = route.get();
  return VIEWS.includes(view) && queue.get().state === "ready" ? entryAt(queue.get(), query.item ?? "") : null;
}

/** What is looked at, if it is not among what waits now. @param {Entry[]} items @returns {Left | null} */
function leaves(items) {
  const { items: before, left } = queue.get();
  const entry = looked();
  if (!entry || has(items, entry.id)) return null;
  return left?.entry.id === entry.id ? left : { entry, at: Math.max(0, before.findIndex((e) => e.id === entry.id)) };
}

/** Entries that the reader did something about which may take them away. @type {Set<string>} */
const own = new Set();

/** The reader did something about an entry: it is no news to him if it leaves. @param {string} id */
export function acted(id) {
  own.add(id);
  readQueue();
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
export const entryAt = (q, id) => q.items.find((e) => e.id === id) ?? q.left?.entry ?? q.items[0] ?? null;

/** @param {string} id */
export function showEntry(id) {
  go({ query: { item: id } }, { replace: true });
  queue.set((q) => (q.left?.entry.id === id ? {} : { left: null }));
}

/** An entry further down, or up. @param {number} by */
export function stepEntry(by) {
  const { items, left } = queue.get();
  const entry = entryAt(queue.get(), route.get().query.item);
  const at = left && left.entry.id === entry?.id ? left.at - (by > 0 ? 1 : 0) : items.findIndex((e) => e.id === entry?.id);
  const next = items[Math.max(0, Math.min(at + by, items.length - 1))];
  if (next) showEntry(next.id);
}

/** From what waits no more to what took its place. */
export function moveOn() {
  const { items, left } = queue.get();
  const next = items[Math.min(left?.at ?? 0, items.length - 1)];
  focusNext();
  go({ query: next ? { item: next.id } : {} }, { replace: true });
  queue.set({ left: null });
}

/** An entry was decided about: it leaves, the count falls, and the next one is looked at. @param {string} id */
export function decided(id) {
  const { items, total, name, left: was } = queue.get();
  const at = items.findIndex((e) => e.id === id);
  if (at < 0) return was?.entry.id === id ? moveOn() : undefined; // the stream was quicker than the answer
  const left = items.filter((e) => e.id !== id);
  const next = left[Math.min(at, left.length - 1)];
  focusNext();
  queue.set({ items: left, total: total - 1, left: null });
  keepCount(name, total - 1);
  go({ query: next ? { item: next.id } : {} }, { replace: true });
  readQueue();
  countInbox();
}

listen("again", () => void readQueue());
listen("inbox", ({ counts }) => {
  const { name, total } = queue.get();
  if (VIEWS.includes(route.get().view) && counts?.[name] !== undefined && counts[name] !== total) readQueue();
});
listen("cases", ({ changed = [], gone = [] }) => {
  const ids = new Set([...changed.map((/** @type {any} */ c) => c.id), ...gone]);
  const touched = queue.get().items.some((e) => ids.has(typeof e.case === "string" ? e.case : e.case.id));
  if (VIEWS.includes(route.get().view) && touched) readQueue();
});
