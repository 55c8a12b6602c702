// One field for each type of argument: a text, a word of a list, a day, people, photos, rows.

import { html } from "preact";
import { newId, session } from "../api.js";
import { dayOf, now } from "../dates.js";
import { agencyName, nameOf, people } from "../people.js";
import { Sign } from "../shapes.js";
import { config, known, t, word } from "../words.js";
import { CasePicker } from "./casepicker.js";
import { photoName } from "./photos.js";
import { argWord } from "./said.js";

/**
 * @typedef {import("../words.js").Arg} Arg
 * @typedef {import("./file.js").CaseFile} CaseFile
 * @typedef {{arg: Arg, value: any, set: (v: any) => void, of: CaseFile, all: Record<string, any>, first?: boolean}} FieldProps
 */

const ONE_LINE = ["no", "responsible", "what"];
const OF_THE_CASE = ["inspection", "rectification"]; // the server's own records: the case names them

/** Items of the order that are not passed yet. @param {CaseFile} of @returns {any[]} */
const openItems = (of) => (of.rectifications.find((r) => r.id === of.case.rectification)?.items ?? of.case.items ?? []).filter((/** @type {any} */ i) => !i.passed);

/** What stands in a field at first: what the case has, as far as that makes sense. @param {Arg} arg @param {CaseFile} of @param {string} action @returns {any} */
export function firstValue(arg, of, action) {
  const c = of.case;
  if (arg.type === "new_id") return newId();
  if (OF_THE_CASE.includes(arg.name)) return c[arg.name];
  if (arg.name === "items" && (action === "submit" || action === "verify")) {
    return openItems(of).map((i) => ({ id: i.id, text: i.text, before: i.before ?? "", after: i.after ?? "", passed: false }));
  }
  switch (arg.name) {
    case "types": return c.pollution_types ?? [];
    case "level": return c.supervision_level === "none" ? "urged" : c.supervision_level;
    case "on": return !c.starred;
    case "officers": return c.inspectors ?? [];
    case "served_at": return dayOf(now()) + "T09:00";
    case "division_code": case "urgent": case "outcome": case "handling_result": case "complainant_reply": case "legal_basis": return c[arg.name];
    case "delivered": return true;
  }
  if (arg.type === "record") return Object.fromEntries((arg.fields ?? []).map((f) => [f.name, firstValue(f, of, action)]));
  if (arg.type === "records") return [row(arg, of, action, 1)];
  if (arg.type === "ids" || arg.type === "words") return [];
  return arg.type === "flag" ? false : "";
}

/** @param {Arg} arg @param {CaseFile} of @param {string} action @param {number} n */
const row = (arg, of, action, n) => Object.fromEntries((arg.fields ?? []).map((f) => [f.name, f.type === "name" ? "item" + n : firstValue(f, of, action)]));

/** What is not asked for: what the case knows, and what the other answers leave out. @param {Arg} arg @param {Record<string, any>} values @param {CaseFile} of */
export function hidden(arg, values, of) {
  if (arg.type === "new_id" || arg.type === "name") return true;
  if (OF_THE_CASE.includes(arg.name)) return Boolean(of.case[arg.name]);
  if (arg.name === "order") return values.outcome === "unsubstantiated" || values.corrected;
  if (arg.name === "undeliverable_reason") return Boolean(values.delivered);
  if (arg.name === "reason" && "passed" in values) return Boolean(values.passed);
  return arg.name === "on";
}

/** What is sent without being asked for. @param {Arg} arg */
export const own = (arg) => arg.type === "new_id" || arg.type === "name" || OF_THE_CASE.includes(arg.name) || arg.name === "on";

/** @param {{arg: Arg}} props */
const Label = ({ arg }) => html`<span>${argWord(arg.name)}${!arg.required && arg.type !== "flag" && html`<small>${t("optional")}</small>`}</span>`;

/** @param {FieldProps & {options: [string, string][]}} props */
const Select = ({ arg, value, set, options }) => html`<label class="field"><${Label} arg=${arg} /><select required=${arg.required} value=${value ?? ""} onChange=${(/** @type {any} */ e) => set(e.target.value)}>
  <option value="">${t("choose")}</option>${options.map(([v, text]) => html`<option key=${v} value=${v} selected=${v === value}>${text}</option>`)}</select></label>`;

/** @param {FieldProps & {options: [string, string][]}} props */
const Checks = ({ arg, value, set, options }) => html`<fieldset class="field"><legend>${argWord(arg.name)}${!arg.required && html`<small>${t("optional")}</small>`}</legend>
  <div class="checks">${options.map(([v, text]) => html`<label class="check" key=${v}><input type="checkbox" checked=${(value ?? []).includes(v)}
    onChange=${() => set((value ?? []).includes(v) ? value.filter((/** @type {string} */ x) => x !== v) : [...(value ?? []), v])} /><span>${text}</span></label>`)}</div></fieldset>`;

/** @param {Arg} arg @returns {[string, string][]} */
const wordsOf = (arg) => Object.keys(config.process.words[arg.word ?? ""] ?? {}).filter((code) => !(arg.name === "level" && code === "none")).map((code) => [code, word(arg.word ?? "", code)]);

/** @param {FieldProps} props */
function ById(props) {
  const { arg, value, set, of } = props;
  const { users, agencies } = people.get();
  if (arg.name === "primary") return html`<${CasePicker} label=${argWord(arg.name)} value=${value} set=${set} without=${of.case.id} />`;
  if (arg.name === "target") return html`<${Select} ...${props} options=${[...agencies.values()].filter((a) => a.id !== of.case.agency).map((a) => [a.id, a.name])} />`;
  if (arg.name === "agency") return html`<${Select} ...${props} options=${[...agencies.values()].map((a) => [a.id, a.name])} />`;
  if (arg.name === "before" || arg.name === "after") {
    const fit = of.evidence.filter((p) => p.purpose === arg.name);
    return html`<${Select} ...${props} options=${fit.map((p) => [p.id, photoName(p)])} />`;
  }
  return html`<${Select} ...${props} options=${[...users.values()].map((u) => [u.id, u.name])} />`;
}

/** @param {FieldProps} props */
function ByIds(props) {
  const { arg, of } = props;
  if (arg.name === "photos" || arg.name === "evidence") return html`<${Checks} ...${props} options=${of.evidence.map((p) => [p.id, photoName(p)])} />`;
  const ids = arg.name === "officers" ? (of.case.inspectors ?? []) : [...people.get().users.values()].filter((u) => u.role === "inspector" && !u.disabled_at).map((u) => u.id);
  return html`<${Checks} ...${props} options=${ids.map((id) => [id, nameOf(id)])} />`;
}

/** Several rows of fields. Those of an order that is there are given, others are added. @param {FieldProps} props */
function Rows({ arg, value, set, of, all }) {
  const given = value.some((/** @type {any} */ v) => v.text && v.id && !("no" in all) && (arg.fields ?? []).every((f) => f.name !== "text"));
  const change = (/** @type {number} */ i, /** @type {string} */ name, /** @type {any} */ v) => set(value.map((/** @type {any} */ r, /** @type {number} */ at) => (at === i ? { ...r, [name]: v } : r)));
  return html`<fieldset class="field"><legend>${argWord(arg.name)}</legend><ol class="rows">${value.map((/** @type {any} */ r, /** @type {number} */ i) => html`<li key=${i}>
      ${given && html`<b>${i + 1}. ${r.text}</b>`}
      ${(arg.fields ?? []).filter((f) => !hidden(f, r, of)).map((f) => html`<${Field} key=${f.name} arg=${f} value=${r[f.name]} of=${of} all=${r} set=${(/** @type {any} */ v) => change(i, f.name, v)} />`)}
      ${!given && value.length > 1 && html`<button type="button" class="plain" onClick=${() => set(value.filter((/** @type {any} */ _, /** @type {number} */ at) => at !== i))}><${Sign} name="minus" />${t("row_away")}</button>`}</li>`)}</ol>
    ${!given && html`<button type="button" onClick=${() => set([...value, row(arg, of, "", value.length + 1)])}><${Sign} name="plus" />${t("row_more")}</button>`}</fieldset>`;
}

/** @param {FieldProps} props */
export function Field(props) {
  const { arg, value, set, of, first } = props;
  const typed = (/** @type {any} */ e) => set(e.target.value);
  const hint = known("hint_" + arg.name);
  switch (arg.type) {
    case "word": return html`<${Select} ...${props} options=${wordsOf(arg)} />`;
    case "words": return html`<${Checks} ...${props} options=${wordsOf(arg)} />`;
    case "flag": return html`<label class="check"><input type="checkbox" checked=${Boolean(value)} onChange=${(/** @type {any} */ e) => set(e.target.checked)} /><span>${argWord(arg.name)}</span></label>`;
    case "id": return html`<${ById} ...${props} />`;
    case "ids": return html`<${ByIds} ...${props} />`;
    case "division": {
      const codes = [...people.get().agencies.values()].filter((a) => a.division_code && inRange(a.division_code));
      return html`<${Select} ...${props} options=${codes.map((a) => [a.division_code, `${a.division_code} ${agencyName(a.id)}`])} />`;
    }
    case "record": return html`<fieldset class="field rows-of"><legend>${argWord(arg.name)}</legend><div class="stack">${(arg.fields ?? []).filter((f) => !hidden(f, value, of)).map((f) => html`<${Field} key=${f.name}
      arg=${f} value=${value[f.name]} of=${of} all=${value} set=${(/** @type {any} */ v) => set({ ...value, [f.name]: v })} />`)}</div></fieldset>`;
    case "records": return html`<${Rows} ...${props} />`;
    case "text":
      if (!ONE_LINE.includes(arg.name)) return html`<label class="field"><${Label} arg=${arg} /><textarea required=${arg.required} autofocus=${first} rows="3" value=${value ?? ""} onInput=${typed}></textarea>${hint && html`<span class="hint">${hint}</span>`}</label>`;
  }
  const kind = { date: "date", time: "datetime-local", number: "number" }[arg.type] ?? "text";
  return html`<label class="field"><${Label} arg=${arg} /><input type=${kind} required=${arg.required} min=${arg.type === "number" ? arg.min || 1 : arg.type === "date" ? dayOf(now()) : null} value=${value ?? ""} onInput=${typed} />${hint && html`<span class="hint">${hint}</span>`}</label>`;
}

/** @param {string} code */
function inRange(code) {
  const user = session.get().user;
  return !user?.scope_from || (code >= user.scope_from.slice(0, code.length) && code <= user.scope_to);
}
