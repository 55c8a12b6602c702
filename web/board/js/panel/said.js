// The arguments of an action as a reader understands them, by the types of the process.

import { dayWord, timeWord } from "../dates.js";
import { agencyName, nameOf, people } from "../people.js";
import { config, known, listed, t, word } from "../words.js";

/** @typedef {import("../words.js").Arg} Arg */

/** What a reader need not see: ids of records that stand elsewhere in the file. */
const SILENT = ["inspection", "rectification", "primary", "photos", "evidence", "instead_of"];

/** An argument's name. @param {string} name */
export const argWord = (name) => known("arg_" + name) || name;

/** @param {string} id a user, or an agency */
const who = (id) => (people.get().agencies.has(id) ? agencyName(id) : nameOf(id));

/** The texts of the items of a case by their ids. @typedef {Record<string, string>} Items */

/** @param {Arg} arg @param {any} value @param {Items} items @returns {string} */
function said(arg, value, items) {
  switch (arg.type) {
    case "word":
      return word(arg.word ?? "", value);
    case "words":
      return listed(value.map((/** @type {string} */ v) => word(arg.word ?? "", v)));
    case "id":
      return who(value);
    case "ids":
      return listed(value.map(who));
    case "date":
      return dayWord(value);
    case "time":
      return timeWord(value);
    case "flag":
      return t(value ? "yes" : "no");
    case "division":
      return [...people.get().agencies.values()].find((a) => a.division_code === value)?.name ?? value;
    case "records":
      return value.map((/** @type {any} */ v) => [items[v.id], ...fieldsSaid(arg.fields ?? [], v, items).map((f) => (f.type === "flag" ? t("label_value", f) : f.value))].filter(Boolean).join(" · "))
        .filter(Boolean).map((/** @type {string} */ row, /** @type {number} */ i, /** @type {string[]} */ all) => (all.length > 1 ? `${i + 1}. ${row}` : row)).join("\n");
    case "record":
      return fieldsSaid(arg.fields ?? [], value, items).map((f) => t("label_value", f)).join("\n");
  }
  return String(value);
}

/** @param {Arg[]} args @param {Record<string, any>} values @param {Items} items */
function fieldsSaid(args, values, items) {
  return args.filter((a) => !SILENT.includes(a.name) && !["new_id", "name"].includes(a.type) && !["before", "after"].includes(a.name))
    .filter((a) => values?.[a.name] !== undefined && values[a.name] !== null && values[a.name] !== "" && values[a.name]?.length !== 0)
    .map((a) => ({ label: argWord(a.name), value: said(a, values[a.name], items), type: a.type })).filter((f) => f.value !== "");
}

/** @param {{name: string, args: Record<string, any> | null}} action @param {Items} [items] @returns {{label: string, value: string}[]} */
export function saidArgs({ name, args }, items = {}) {
  const rule = config.process.actions.find((a) => a.name === name);
  return rule && args ? fieldsSaid(rule.args, args, items) : [];
}
