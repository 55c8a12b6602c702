// What an action was given, in words, by the types of the process.

import { dayWord, timeWord } from "../dates.js";
import { agencyName, nameOf, people } from "../people.js";
import { config, known, listed, t, word } from "../words.js";

/** @typedef {import("../words.js").Arg} Arg */

/** Ids of records that stand elsewhere on the screen. */
const SILENT = ["inspection", "rectification", "photos", "evidence", "before", "after"];

const who = (/** @type {string} */ id) => (people.get().agencies.has(id) ? agencyName(id) : nameOf(id));

/** @param {Arg} arg @param {any} value @returns {string} */
function said(arg, value) {
  switch (arg.type) {
    case "word": return word(arg.word ?? "", value);
    case "words": return listed(value.map((/** @type {string} */ v) => word(arg.word ?? "", v)));
    case "id": return who(value);
    case "ids": return listed(value.map(who));
    case "date": return dayWord(value);
    case "time": return timeWord(value);
    case "flag": return t(value ? "desk_yes" : "desk_no");
    case "record": return inWords(arg.fields ?? [], value).map(([name, text]) => `${name} ${text}`).join("\n");
    case "records": return value.map((/** @type {any} */ v) => inWords(arg.fields ?? [], v).map(([, text]) => text).join(" · ")).join("\n");
  }
  return String(value);
}

/** @param {Arg[]} args @param {Record<string, any>} values @returns {[string, string][]} */
function inWords(args, values) {
  const given = args.filter((a) => !SILENT.includes(a.name) && a.type !== "new_id" && a.type !== "name" && ![undefined, null, ""].includes(values?.[a.name]));
  return given.map((a) => [known("desk_arg_" + a.name) || a.name, said(a, values[a.name])]);
}

/** The arguments of an action with their names. @param {string} name @param {Record<string, any> | null} args */
export const argsSaid = (name, args) => inWords(config.process.actions.find((a) => a.name === name)?.args ?? [], args ?? {});
