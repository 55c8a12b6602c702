// The words of the board in two languages, and those of the process.

import { createStore } from "./store.js";

/**
 * @typedef {{zh: string, en: string, part_of?: string}} Word
 * @typedef {{name: string, type: string, required: boolean, word?: string, min?: number, fields?: Arg[]}} Arg
 * @typedef {{kind: string, role: string, if?: string}} Who
 * @typedef {{name: string, zh: string, en: string, from: string[], who: Who[], args: Arg[]}} ActionRule
 * @typedef {{code: string, zh: string, en: string, open: boolean}} State
 * @typedef {{version: string, now: string, demo: boolean, zone: string,
 *   tiles: {url: string, attribution: string, audit: string, pmtiles: boolean},
 *   process: {states: State[], actions: ActionRule[], words: Record<string, Record<string, Word>>, codes: Record<string, Word>}}} Config
 */

export const LANGUAGES = /** @type {const} */ (["zh-CN", "en"]);
const KEPT = "xuncha.language";

/** @type {Record<string, Record<string, string>>} */
const dictionaries = {};

/** The language that is shown; ready once its words are there. */
export const language = createStore({ code: "zh-CN", ready: false });

/** What the server said of itself. @type {Config} */
export let config = /** @type {any} */ (null);

/** How far the house's clock is ahead of this machine's, in ms. */
export let clockAhead = 0;

/** Fetches the settings and the words of the reader's language. */
export async function loadWords() {
  const [told] = await Promise.all([fetched("/board/config.json"), speak(localStorage.getItem(KEPT) ?? "zh-CN")]);
  config = told;
  const ahead = Date.parse(told.now) - Date.now();
  clockAhead = Math.abs(ahead) < 60_000 ? 0 : ahead;
}

/** @param {string} address @returns {Promise<any>} */
async function fetched(address) {
  const res = await fetch(address);
  if (!res.ok) throw new Error(`${address}: ${res.status}`);
  return res.json();
}

/** Changes the language. @param {string} code */
export async function speak(code) {
  const known = LANGUAGES.find((l) => l === code) ?? LANGUAGES[0];
  dictionaries[known] ??= Object.assign({}, ...(await Promise.all([`words/${known}`, `words/desk/${known}`].map((w) => fetched(import.meta.resolve(w))))));
  localStorage.setItem(KEPT, known);
  document.documentElement.lang = known;
  language.set({ code: known, ready: true });
}

export const zh = () => language.get().code !== "en";

/**
 * A sentence of the dictionary. {name} stands for a value. Where English needs two forms, the
 * first is for n = 1.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = dictionaries[language.get().code]?.[key];
  if (text === undefined) return key;
  const [one, many = one] = text.split("|");
  return (values.n === 1 ? one : many).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A sentence for a code that the server may have made up since; "" where there is none. @param {string} key */
export const known = (key) => dictionaries[language.get().code]?.[key] ?? "";

/** @param {{zh: string, en: string} | undefined} w @param {string} code */
const said = (w, code) => (w ? (zh() ? w.zh : w.en) : code);

/** A code of one of the process's lists, in words. @param {string} list @param {string} code */
export const word = (list, code) => said(config.process.words[list]?.[code], code);

/** @param {string} code */
export const stateWord = (code) => said(config.process.states.find((s) => s.code === code), code);

/** @param {string} name */
export const actionWord = (name) => said(config.process.actions.find((a) => a.name === name), name);

/** Why an action was refused, or kept for a decision. @param {string} code */
export const codeWord = (code) => said(config.process.codes[code], code);

/** The codes of the states in which work goes on. */
export const openStates = () => config.process.states.filter((s) => s.open).map((s) => s.code);

/** Those of them whose clock runs: what is closed for now waits for its plan. */
export const activeStates = () => openStates().filter((code) => code !== "stage_closed");

/** Names one after the other as the language does. @param {string[]} list */
export const listed = (list) => list.join(zh() ? "、" : ", ");
