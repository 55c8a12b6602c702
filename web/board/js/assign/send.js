// Sends actions for many cases, a few at a time, and tells how far it is; what was done may be
// undone for a while.

import { api, Problem, sentence } from "../api.js";
import { useKey } from "../keys.js";
import { say } from "../parts.js";
import { nameOf, onCase, people } from "../people.js";
import { post } from "../post.js";
import { createStore, useStore } from "../store.js";
import { tell } from "../stream.js";
import { config, listed, t } from "../words.js";

const AT_ONCE = 4;
const UNDO_SECONDS = 10;

/**
 * @typedef {{case: string, number: string, was: string[], lead: string, due: string, agency?: string, sent: string[]}} Before who had a case, and who was sent
 * @typedef {{case: string, number: string, name: string, args: Record<string, any>, before?: Before}} Order
 * @typedef {Order & {ok: boolean, wrong: string}} Result
 */

/**
 * Why an assignment was refused; where somebody else was quicker, who that was and who goes.
 * @param {{case: string, was: string[]}} before
 * @param {unknown} err
 */
export async function whyNot(before, err) {
  if (!(err instanceof Problem) || err.status < 400 || err.status >= 500) return sentence(err);
  const file = await api("/api/cases/" + before.case).catch(() => null);
  const last = file?.actions.findLast((/** @type {any} */ a) => a.name === "assign" && a.outcome === "applied");
  const now = file ? onCase(file.case) : [];
  if (!last || now.length === 0 || same(now, before.was)) return sentence(err);
  return t("assigned_meanwhile", { name: nameOf(last.actor), to: listed(now.map(nameOf)) });
}

/**
 * Sends each order; one that is refused stops no other.
 * @param {Order[]} orders
 * @param {(done: Result[]) => void} progress
 * @returns {Promise<Result[]>} in the order of the orders
 */
export async function sendAll(orders, progress) {
  /** @type {Result[]} */
  const results = [];
  let next = 0;
  const run = async () => {
    for (let i = next++; i < orders.length; i = next++) {
      const order = orders[i];
      try {
        await post({ id: order.case }, order.name, order.args);
        results[i] = { ...order, ok: true, wrong: "" };
      } catch (err) {
        results[i] = { ...order, ok: false, wrong: order.before ? await whyNot(order.before, err) : sentence(err) };
      }
      progress(results.filter(Boolean));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, orders.length) }, run));
  tell("cases", { changed: [], gone: [] });
  return results;
}

/** @param {string[]} a @param {string[]} b */
const same = (a, b) => a.length === b.length && a.every((id) => b.includes(id));

/**
 * The agency that an assignment names: that which the case has, where one of the crew is of it;
 * else the server takes that of the desk.
 * @param {string | undefined} agency of the case @param {string[]} crew
 */
export function keptAgency(agency, crew) {
  return agency && crew.some((id) => people.get().users.get(id)?.agency === agency) ? { agency } : {};
}

/** What may be undone now. */
const undoable = createStore({ run: /** @type {(() => void) | null} */ (null) });

/** How an assignment is taken back: to who had it before, else it is called back; from no other crew than was sent. @param {Before} b @returns {Order} */
function back(b) {
  const args = { reason: t("undo_reason"), instead_of: b.sent };
  if (b.was.length === 0) return { case: b.case, number: b.number, name: "unassign", args };
  return { case: b.case, number: b.number, name: "assign", args: { inspectors: b.was, ...(b.lead ? { lead: b.lead } : {}), due: b.due, ...keptAgency(b.agency, b.was), ...args }, before: { ...b, was: b.sent } };
}

/**
 * Says what was assigned, and offers to undo it for ten seconds.
 * @param {Before[]} done
 */
export function offerUndo(done) {
  const canCallBack = config.process.actions.some((a) => a.name === "unassign");
  const list = done.filter((b) => canCallBack || b.was.length > 0);
  const text = done.length === 1 ? t("assigned_one", { number: done[0].number }) : t("assigned_number", { n: done.length });
  if (list.length === 0) return void say(text);
  const run = async () => {
    end();
    undoable.set({ run: null });
    const results = await sendAll(list.map(back), () => {});
    const failed = results.filter((r) => !r.ok);
    if (failed.length === 0) say(t("undone", { n: results.length }));
    else say(t("undone_partly", { n: failed.length, why: failed[0].wrong }), { kind: "wrong" });
  };
  const end = say(text, { act: { label: t("undo_within", { n: UNDO_SECONDS }), run }, seconds: UNDO_SECONDS });
  undoable.set({ run });
  setTimeout(() => undoable.get().run === run && undoable.set({ run: null }), UNDO_SECONDS * 1000);
}

/** Binds the key that undoes. */
export function useUndo() {
  const run = useStore(undoable, (u) => u.run);
  useKey("undo", () => (run ? run() : false));
}

/**
 * Cases that the list does not hold, and those that could not be read, with why.
 * @param {string[]} ids
 */
export async function casesOf(ids) {
  /** @type {import("../caselist.js").Case[]} */
  const cases = [];
  /** @type {{id: string, wrong: string}[]} */
  const lost = [];
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => api("/api/cases/" + id).then((f) => cases.push(f.case), (err) => lost.push({ id, wrong: sentence(err) }))));
  }
  return { cases, lost };
}
