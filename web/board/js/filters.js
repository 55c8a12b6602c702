// What the list and the map are narrowed to. The address holds it; the server takes it under
// the same names.

import { nameOf, agencyName } from "./people.js";
import { go, route } from "./router.js";
import { dayWord } from "./dates.js";
import { activeStates, listed, stateWord, t, word } from "./words.js";

/** The names that the server knows, but for the pages. */
const NAMES = ["status", "type", "overdue", "due_soon", "urgent", "starred", "extended", "uncertain", "received_from", "received_to", "inspector",
  "agency", "division_code", "source", "lead", "supervision_level", "outcome", "closed_from", "closed_to", "due_from", "due_to", "night_window", "leader_in_charge", "q"];

/** The flags that have a chip of their own. */
export const FLAGS = ["overdue", "due_soon", "urgent", "starred"];

/** Orders of the list; the first is the usual one. */
export const SORTS = ["due_strict", "-received_at", "received_at", "-seq", "number"];

/** Status "any" in the address is every state; without one it is those in which the clock runs. */
export const ANY = "any";

/**
 * The filters as the server takes them.
 * @param {Record<string, string>} query of the address
 * @returns {Record<string, string>}
 */
export function asked(query) {
  /** @type {Record<string, string>} */
  const out = {};
  for (const name of NAMES) if (query[name]) out[name] = query[name];
  if (!out.status) out.status = activeStates().join(",");
  if (out.status === ANY) delete out.status;
  return out;
}

/** @param {Record<string, string>} query */
export const sortOf = (query) => (SORTS.includes(query.sort) ? query.sort : SORTS[0]);

/** The values of a filter that has several. @param {string | undefined} value */
export const many = (value) => (value ? value.split(",") : []);

/** Changes filters; an empty value takes one away. @param {Record<string, string>} change */
export function narrow(change) {
  go({ view: "cases", query: { ...route.get().query, ...change } });
}

/** Puts a value among those of a filter, or takes it out. @param {string} name @param {string} value */
export function toggle(name, value) {
  const now = many(route.get().query[name]).filter((v) => v !== ANY);
  narrow({ [name]: (now.includes(value) ? now.filter((v) => v !== value) : [...now, value]).join(",") });
}

/** Takes every filter away; the order of the list stays. */
export function clearFilters() {
  const { sort } = route.get().query;
  go({ view: "cases", query: sort ? { sort } : {} });
}

/**
 * What is narrowed, in words, for chips that take it away.
 * @param {Record<string, string>} query
 * @returns {{name: string, text: string}[]}
 */
export function inWords(query) {
  /** @type {{name: string, text: string}[]} */
  const out = [];
  for (const name of NAMES) {
    const value = query[name];
    if (value && name !== "q" && !FLAGS.includes(name)) out.push({ name, text: said(name, value) });
  }
  return out;
}

/** @param {string} name @param {string} value */
function said(name, value) {
  if (name.endsWith("_from") || name.endsWith("_to")) return t("filter_" + name, { day: dayWord(value) });
  const one = {
    status: (/** @type {string} */ v) => (v === ANY ? t("any_status") : stateWord(v)),
    type: (/** @type {string} */ v) => word("pollution_type", v),
    inspector: nameOf,
    lead: nameOf,
    agency: agencyName,
    source: (/** @type {string} */ v) => word("source", v),
    outcome: (/** @type {string} */ v) => word("outcome", v),
    supervision_level: (/** @type {string} */ v) => word("supervision_level", v),
  }[name];
  if (!one) return value === "true" ? t("flag_" + name) : `${t("filter_" + name)} ${value}`;
  const all = many(value).map(one);
  return all.length > 2 ? t("and_more", { first: listed(all.slice(0, 2)), n: all.length }) : listed(all);
}
