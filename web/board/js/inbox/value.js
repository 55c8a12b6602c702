// A value of whatever form that a phone sent, for a reader: texts as they are, records by their
// fields.

import { html } from "preact";
import { timeWord } from "../dates.js";
import { nameOf } from "../people.js";
import { known, t } from "../words.js";

/** @param {string} field */
export const fieldName = (field) => known("inbox_field_" + field) || field;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const PEOPLE = ["inspectors", "lead", "officers", "by", "author"];
const SILENT = ["id", "sha256", "device", "previous", "base", "case", "inspection", "rectification"];

/** @param {any} value @param {string} field @returns {string} */
function said(value, field) {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (PEOPLE.includes(field)) return nameOf(String(value));
  return TIME.test(String(value)) ? timeWord(String(value)) : String(value);
}

/** @param {{of: any, field: string}} props @returns {any} */
export function Value({ of, field }) {
  if (of === null || of === undefined || of === "" || (Array.isArray(of) && of.length === 0)) return html`<p class="quote muted">${t("inbox_empty")}</p>`;
  if (Array.isArray(of)) return html`<ul class="values">${of.map((v, i) => html`<li key=${i}><${Value} of=${v} field=${field} /></li>`)}</ul>`;
  if (typeof of !== "object") return html`<p class="quote">${said(of, field)}</p>`;
  return html`<dl class="traits">${Object.entries(of).filter(([name, v]) => !SILENT.includes(name) && v !== null && v !== "" && v !== undefined).map(([name, v]) => html`<div key=${name}><dt>${fieldName(name)}</dt>
    <dd>${typeof v === "object" ? html`<${Value} of=${v} field=${name} />` : said(v, name)}</dd></div>`)}</dl>`;
}
