// What the reader may do with a case, as far as the table of the process tells; the server has
// the last word.

import { session } from "../api.js";
import { config } from "../words.js";

/** @typedef {import("./file.js").CaseFile} CaseFile */

/** What is done on site and needs the place of a phone. */
const ON_SITE = ["arrive"];

/** In the order of the work: the first that is admitted is the main one. */
const MAIN = ["accept", "assign", "receive", "conclude", "submit", "verify", "approve", "reply", "resume", "reopen"];

/** @param {string | undefined} condition @param {CaseFile} of @param {import("../api.js").User} user */
function holds(condition, of, user) {
  const transfer = of.transfers[of.transfers.length - 1];
  switch (condition) {
    case "case_officer":
      return (of.case.inspectors ?? []).includes(user.id);
    case "transfer_target":
      return transfer?.target === user.agency;
    case "transfer_party":
      return transfer?.target === user.agency || of.case.agency === user.agency;
  }
  return true; // the scope: whoever reads the case has it
}

/** @param {string} name of an action @param {CaseFile} of */
export function mayDo(name, of) {
  const user = session.get().user;
  const rule = config.process.actions.find((a) => a.name === name);
  return Boolean(user && rule && !ON_SITE.includes(name) && rule.from.includes(of.case.status) &&
    rule.who.some((w) => w.kind === "user" && w.role === user.role && holds(w.if, of, user)));
}

/** The actions that are admitted: the main one first, "" where there is none. @param {CaseFile} of */
export function admitted(of) {
  const all = config.process.actions.map((a) => a.name).filter((name) => name !== "flag_decided" && mayDo(name, of)); // that one is done at the photo
  const main = MAIN.find((name) => all.includes(name) && !(name === "assign" && of.case.status !== "accepted" && of.case.status !== "reopened")) ?? "";
  return { main, rest: all.filter((name) => name !== main) };
}
