// Fields of the desk's forms, each with its label.

import { html } from "preact";
import { dayOf, now } from "../dates.js";
import { t } from "../words.js";

/** @typedef {{label: any, value: any, set: (value: any) => void, required?: boolean, hint?: any, first?: boolean}} Field */

const Label = (/** @type {{label: any, required?: boolean}} */ { label, required = true }) => html`<span>${label}${!required && html`<small>${t("optional")}</small>`}</span>`;

/** A long text. @param {Field & {rows?: number, suggest?: string[]}} props suggest: sentences that one press writes */
export const Long = ({ label, value, set, required = true, hint, rows = 3, suggest = [] }) => html`<div class="field"><label class="field"><${Label} label=${label} required=${required} />
  <textarea rows=${rows} required=${required} value=${value} onInput=${(/** @type {any} */ e) => set(e.target.value)}></textarea></label>
  ${suggest.length > 0 && html`<div class="suggest">${suggest.map((s) => html`<button type="button" key=${s} class="chip" onClick=${() => set(value ? value + s : s)}>${s}</button>`)}</div>`}
  ${hint && html`<span class="hint">${hint}</span>`}</div>`;

/** A short text. @param {Field & {kind?: string, pattern?: string, max?: number, min?: number}} props */
export const Short = ({ label, value, set, required = true, hint, kind = "text", pattern, max, min }) => html`<label class="field"><${Label} label=${label} required=${required} />
  <input type=${kind} required=${required} pattern=${pattern} min=${min} max=${max} value=${value} autocomplete="off" onInput=${(/** @type {any} */ e) => set(e.target.value)} />
  ${hint && html`<span class="hint">${hint}</span>`}</label>`;

/** A day from today on. @param {Field & {past?: boolean}} props past: earlier days too */
export const Day = ({ label, value, set, required = true, hint, past = false }) => html`<label class="field"><${Label} label=${label} required=${required} />
  <input type="date" required=${required} min=${past ? null : dayOf(now())} value=${value} onInput=${(/** @type {any} */ e) => set(e.target.value)} />
  ${hint && html`<span class="hint">${hint}</span>`}</label>`;

/** One of a list. @param {Field & {options: [string, string][], empty?: string}} props empty: what stands for none */
export const Choice = ({ label, value, set, required = true, hint, options, empty }) => html`<label class="field"><${Label} label=${label} required=${required} />
  <select required=${required} value=${value} onChange=${(/** @type {any} */ e) => set(e.target.value)}>
    ${(empty !== undefined || !options.some(([code]) => code === value)) && html`<option value="">${empty ?? t("choose")}</option>`}
    ${options.map(([code, text]) => html`<option key=${code} value=${code} selected=${code === value}>${text}</option>`)}</select>
  ${hint && html`<span class="hint">${hint}</span>`}</label>`;

/** Some of a list. @param {{label: any, value: string[], set: (value: string[]) => void, options: [string, string][]}} props */
export const Some = ({ label, value, set, options }) => html`<fieldset class="field"><legend>${label}</legend><div class="checks tight">
  ${options.map(([code, text]) => html`<label class="check" key=${code}><input type="checkbox" checked=${value.includes(code)}
    onChange=${() => set(value.includes(code) ? value.filter((v) => v !== code) : [...value, code])} /><span>${text}</span></label>`)}</div></fieldset>`;

/** Yes or no. @param {{label: any, value: boolean, set: (value: boolean) => void}} props */
export const Flag = ({ label, value, set }) => html`<label class="check"><input type="checkbox" checked=${value} onChange=${(/** @type {any} */ e) => set(e.target.checked)} /><span>${label}</span></label>`;
