// A plan as it is shown before anything is sent: who gets what and why, and what nobody gets.

import { html } from "preact";
import { dayWord, metresWord, minutesWord } from "../dates.js";
import { nameOf } from "../people.js";
import { listed, t } from "../words.js";
import { Reasons, reasonWord } from "./officers.js";

/** @typedef {{case: string, number: string, code: string, refused: Record<string, number>}} Left */

/** Why nobody goes, the most frequent reason first. @param {Record<string, number>} refused how many by reason */
const refusedWord = (refused) => listed(Object.entries(refused).sort((a, b) => b[1] - a[1]).map(([code, n]) => t("refused_number", { n, why: reasonWord(code) })));

/** Cases that nobody gets, those of one reason together. @param {{list: Left[]}} props */
export function Untaken({ list }) {
  const groups = new Map();
  for (const u of list) {
    const why = [reasonWord(u.code), refusedWord(u.refused)].filter(Boolean).join(t("colon"));
    groups.set(why, [...(groups.get(why) ?? []), u.number]);
  }
  if (list.length === 0) return null;
  return html`<div class="untaken" role="note"><p><b>${t("untaken_number", { n: list.length })}</b></p>
    ${[...groups].map(([why, numbers]) => html`<details key=${why}><summary><span class="num">${t("cases_number", { n: numbers.length })}</span> ${why}</summary><p class="num small muted">${listed(numbers)}</p></details>`)}</div>`;
}

/** @param {{plan: any[], off: Set<string>, toggle: (id: string) => void}} props off: what is not taken */
export const PlanTable = ({ plan, off, toggle }) => plan.length > 0 && html`<div class="scroll-x"><table class="plan"><thead><tr><th><span class="sr">${t("take_row")}</span></th><th>${t("case")}</th><th>${t("arg_due")}</th><th>${t("plan_who")}</th><th>${t("plan_way")}</th></tr></thead>
  <tbody>${plan.map((p) => html`<tr key=${p.case} class=${off.has(p.case) ? "off" : ""}>
    <td><input type="checkbox" aria-label=${t("take_case", { number: p.number })} checked=${!off.has(p.case)} onChange=${() => toggle(p.case)} /></td>
    <td><span class="num muted small">${p.number}</span><span class="block">${p.title}</span></td>
    <td class="num day">${dayWord(p.due)}</td>
    <td>${p.inspectors.map((/** @type {any} */ i) => html`<span class="why" key=${i.user}><b>${i.name}</b>${i.user === p.lead && html`<span class="mark">${t("lead")}</span>`}<${Reasons} codes=${i.reasons ?? []} /></span>`)}${(p.was ?? []).length > 0 && html`<span class="block small overdue">${t("instead_of", { names: listed(p.was.map(nameOf)) })}</span>`}</td>
    <td class="num muted small day">${metresWord(p.metres)}<span class="block">${minutesWord(p.minutes)}</span></td></tr>`)}</tbody></table></div>`;
