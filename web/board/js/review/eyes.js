// Who may approve a reply, as far as the file tells: never an officer of the case, nor who
// drafted the reply; and what else must be there first. The server decides by the same rules.

import { nameOf } from "../people.js";

/** @typedef {import("../panel/file.js").CaseFile} File */

/** What only an officer does. */
const FIELD = ["arrive", "conclude", "submit", "verify"];

/** Everybody who was an officer of the case, in any round. @param {File} f @returns {string[]} */
export function officersOf(f) {
  const out = new Set(f.case.inspectors ?? []);
  for (const a of f.actions) {
    if (FIELD.includes(a.name) && a.actor_role === "inspector") out.add(a.actor);
    if (a.outcome === "applied") for (const id of [...(a.args?.inspectors ?? []), ...(a.args?.officers ?? [])]) out.add(id);
  }
  return [...out];
}

/** Who drafted the reply of this round. @param {File} f @returns {string[]} */
export const draftersOf = (f) => [...new Set(f.actions.filter((/** @type {any} */ a) => a.outcome === "applied" && a.round === f.case.round && ["reply", "feed_back"].includes(a.name)).map((a) => a.actor))];

/** @param {File} f @param {string} user @returns {"officer" | "drafter" | ""} what bars somebody from approving */
export function barred(f, user) {
  if (officersOf(f).includes(user)) return "officer";
  return draftersOf(f).includes(user) ? "drafter" : "";
}

/** What must be there before a reply is approved, each by a name of the dictionary. @param {File} f @returns {[string, boolean][]} */
export function needed(f) {
  const c = f.case;
  const pictures = f.evidence;
  return [
    ["review_need_outcome", Boolean(c.outcome)],
    ["review_need_texts", Boolean(c.handling_result && c.complainant_reply && c.legal_basis)],
    ["review_need_photos", pictures.every((p) => p.state !== "pending")],
    ["review_need_doubts", pictures.every((p) => p.state !== "flagged" || Boolean(p.decision))],
  ];
}

/** @param {string[]} ids */
export const namesOf = (ids) => ids.map(nameOf);
