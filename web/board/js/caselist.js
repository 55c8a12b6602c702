// The cases of the list: 50 at once, then pages of 200 as they are looked at. News from the
// server is read in where it is seen.

import { api, query, sentence } from "./api.js";
import { asked, sortOf } from "./filters.js";
import { createStore } from "./store.js";
import { listen } from "./stream.js";

/**
 * @typedef {{id: string, number: string, status: string, title: string, pollution_types: string[], agency: string, division_code: string,
 *   location: {lon: number, lat: number} | null, address: string, inspectors: string[] | null, lead: string, due: string, due_strict: string,
 *   due_legal: string, overdue: boolean, due_soon: boolean, urgent: boolean, starred: boolean, extended: boolean, supervision_level: string,
 *   received_at: string, seq: number, [more: string]: any}} Case
 * @typedef {{rows: Map<number, Case>, at: Map<string, number>, total: number, state: "loading" | "ready" | "wrong", wrong: string, key: string}} CaseList
 * @typedef {{by_name: string, action: string, status: string, at: number}} News
 */

const FIRST = 50;
const PAGE = 200;

/** A list longer than this is shown to here: nobody reads on, a filter finds the rest. */
export const MOST = 100_000;

/** @type {CaseList} */
const EMPTY = { rows: new Map(), at: new Map(), total: 0, state: "loading", wrong: "", key: "" };

export const caseList = createStore(EMPTY);

/** What just changed, by id; shown for a moment. */
export const news = createStore({ of: /** @type {Map<string, News>} */ (new Map()) });

/** @type {Record<string, string>} */
let filters = {};
let stop = new AbortController();
/** Pages that were asked for, and those that were answered. @type {Set<number>} */
let under = new Set();
let shown = { from: 0, to: FIRST };
/** How many pages are read just now of what is asked, and whether news came meanwhile. */
let reading = 0;
let stale = false;

/** A reading that takes longer than this is given up, ms: what came meanwhile waits for it. */
const LONGEST = 30_000;

/** Shows what the address asks for. @param {Record<string, string>} of its query */
export function showCases(of) {
  const now = { ...asked(of), sort: sortOf(of) };
  const key = JSON.stringify(now);
  if (key === caseList.get().key) return;
  filters = now;
  stop.abort();
  stop = new AbortController();
  under = new Set();
  [reading, stale] = [0, false];
  shown = { from: 0, to: FIRST };
  caseList.set({ ...EMPTY, key });
  read(FIRST, 0);
}

/** Asks for the rows that are seen and a page after them. @param {number} from @param {number} to */
export function see(from, to) {
  shown = { from, to };
  const { total, rows } = caseList.get();
  const last = Math.min(to + PAGE / 2, total - 1, MOST - 1);
  for (let page = Math.floor(from / PAGE); page * PAGE <= last; page++) {
    const end = Math.min((page + 1) * PAGE, total);
    if (!under.has(page) && !(rows.has(page * PAGE) && rows.has(end - 1))) read(PAGE, page);
  }
}

/** @param {number} size @param {number} page from 0 */
async function read(size, page) {
  const mine = stop;
  if (size === PAGE) under.add(page);
  reading++;
  /** @type {() => void} */
  let show;
  try {
    const answer = await api("/api/cases" + query({ ...filters, per_page: size, page: page + 1 }), { signal: AbortSignal.any([mine.signal, AbortSignal.timeout(LONGEST)]) });
    show = () => put(page * size, answer);
  } catch (err) {
    show = () => caseList.set((l) => (l.rows.size > 0 ? {} : { state: "wrong", wrong: sentence(err) }));
  }
  if (mine !== stop) return;
  reading--;
  show();
  if (size === PAGE) under.delete(page);
  if (reading === 0 && stale) soon();
}

/** Whether the rows are of one reading: while pages are read a case may stand on none or on two. */
export const settled = () => reading === 0;

/** @param {number} from @param {{items: Case[], total: number}} answer */
function put(from, { items, total }) {
  caseList.set((now) => {
    const rows = new Map(now.rows);
    const at = new Map(now.at);
    items.forEach((c, i) => {
      const was = at.get(c.id);
      if (was !== undefined && was !== from + i && rows.get(was)?.id === c.id) rows.delete(was); // it moved; its old page is read when it is seen
      rows.set(from + i, c);
      at.set(c.id, from + i);
    });
    for (const i of rows.keys()) if (i >= total) rows.delete(i);
    return { rows, at, total, state: "ready", wrong: "" };
  });
}

/** Reads anew what is seen; all else when it is looked at. A reading under way ends first, so that there is one however much happens. */
export function readAgain() {
  if (!caseList.get().key) return; // nobody looks at a list, or may
  if (reading > 0) return void (stale = true);
  stale = false;
  const { rows, total, state } = caseList.get();
  if (state === "wrong") caseList.set({ state: "loading" });
  if (total === 0) return void read(FIRST, 0);
  const first = Math.floor(shown.from / PAGE);
  const last = Math.floor(Math.min(shown.to, Math.max(total - 1, 0)) / PAGE);
  const kept = new Map([...rows].filter(([i]) => i >= first * PAGE && i < (last + 1) * PAGE));
  caseList.set({ rows: kept, at: new Map([...kept].map(([i, c]) => [c.id, i])) });
  for (let page = first; page <= last; page++) read(PAGE, page);
}

/** A case of the list, if it is there by now. @param {string} id @returns {Case | undefined} */
export function listedCase(id) {
  const { rows, at } = caseList.get();
  const i = at.get(id);
  return i === undefined ? undefined : rows.get(i);
}

let waiting = 0;

/** News come in bursts: the list is read once for all of them. */
function soon() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    readAgain();
  }, 400);
}

listen("again", readAgain);
let caughtUp = false;
listen("hello", () => {
  if (!caughtUp) soon(); // what changed between the first reading and the first word of the stream
  caughtUp = true;
});
listen("cases", (told) => {
  const of = new Map(news.get().of);
  const now = Date.now();
  for (const [id, n] of of) if (now - n.at > 10_000) of.delete(id);
  for (const c of told.changed ?? []) of.set(c.id, { by_name: c.by_name ?? "", action: c.action ?? "", status: c.status, at: now });
  news.set({ of });
  soon();
});
