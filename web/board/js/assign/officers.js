// Who goes: those who are suggested with what speaks for them, then all others; two at least,
// one of them leads.

import { html, useState } from "preact";
import { agoWord, metresWord, minutesWord } from "../dates.js";
import { people, shortAgency } from "../people.js";
import { codeWord, config, known, t } from "../words.js";

/**
 * @typedef {{user: string, name: string, agency: string, distance_m: number, added_minutes: number, load: number, slack_days: number,
 *   certificate_until: string, position_age_s: number, reasons: string[]}} Candidate
 * @typedef {{user: string, name: string, code?: string, codes?: string[]}} Refused
 * @typedef {{crew: string[], lead: string}} Crew
 */

/** Why, in words; a code that is new to us as it is. @param {string} code */
export const reasonWord = (code) => known("reason_" + code) || (config.process.codes[code] ? codeWord(code) : code);

/** Whom the law or the process forbids; whoever else is not suggested may be sent all the same. */
const FORBIDDEN = ["officer_disabled", "officer_out_of_reach", "officer_recused", "certificate_expired", "officer_unknown"];

const AGAINST = ["tight", "late", "delays_others", "from_seat", "certificate_ends_soon"];

/** @param {{codes: string[]}} props */
export const Reasons = ({ codes }) => html`<span class="reasons">${codes.map((c) => html`<span key=${c} class=${AGAINST.includes(c) ? "reason contra" : "reason"}>${reasonWord(c)}</span>`)}</span>`;

/** @param {{of: Candidate}} props */
const Numbers = ({ of }) => html`<span class="dots small muted num">${[
  of.distance_m !== undefined && html`<span>${metresWord(of.distance_m)}</span>`,
  of.added_minutes !== undefined && html`<span>${t("added_minutes", { time: minutesWord(of.added_minutes) })}</span>`,
  of.load !== undefined && html`<span>${t("has_cases", { n: of.load })}</span>`,
  of.position_age_s > 0 && html`<span>${t("position_age", { ago: agoWord(of.position_age_s) })}</span>`,
]}</span>`;

/** @param {{id: string, name: string, agency: string, crew: Crew, set: (c: Crew) => void, children?: any}} props */
function Officer({ id, name, agency, crew, set, children }) {
  const on = crew.crew.includes(id);
  const toggle = () => {
    const next = on ? crew.crew.filter((x) => x !== id) : [...crew.crew, id];
    set({ crew: next, lead: next.includes(crew.lead) ? crew.lead : (next[0] ?? "") });
  };
  return html`<li class=${on ? "officer on" : "officer"}>
    <label class="check"><input type="checkbox" checked=${on} onChange=${toggle} /><span class="who"><b>${name}</b>${agency && html`<span class="muted small">${agency}</span>`}</span></label>
    <label class="check lead"><input type="radio" name="lead" disabled=${!on} checked=${crew.lead === id} onChange=${() => set({ ...crew, lead: id })} /><span>${t("lead")}</span></label>
    ${children && html`<div class="more">${children}</div>`}
  </li>`;
}

/** @param {{candidates: Candidate[], refused: Refused[], crew: Crew, set: (c: Crew) => void}} props */
export function OfficerPicker({ candidates, refused, crew, set }) {
  const [text, setText] = useState("");
  const { users } = people.get();
  const offered = new Set(candidates.map((c) => c.user));
  const codes = new Map(refused.map((r) => [r.user, r.codes ?? (r.code ? [r.code] : [])]));
  const barred = refused.filter((r) => (codes.get(r.user) ?? []).some((c) => FORBIDDEN.includes(c)));
  const out = new Set(barred.map((r) => r.user));
  const others = [...users.values()].filter((u) => u.role === "inspector" && !u.disabled_at && !offered.has(u.id) && !out.has(u.id) && (!text || u.name.includes(text.trim())));
  return html`<fieldset class="field officers"><legend>${t("crew")}<small>${t("two_at_least")}</small></legend>
    ${candidates.length > 0 && html`<ul>${candidates.map((c) => html`<${Officer} key=${c.user} id=${c.user} name=${c.name} agency=${shortAgency(c.agency)} crew=${crew} set=${set}>
      <${Numbers} of=${c} /><${Reasons} codes=${c.reasons ?? []} /></${Officer}>`)}</ul>`}
    ${(others.length > 0 || text) && html`<details open=${candidates.length === 0 || crew.crew.some((id) => !offered.has(id))}><summary>${t(candidates.length > 0 ? "other_officers" : "all_officers", { n: others.length })}</summary>
      ${others.length > 8 && html`<input type="search" aria-label=${t("find_officer")} placeholder=${t("find_officer")} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />`}
      <ul class="others">${others.map((u) => html`<${Officer} key=${u.id} id=${u.id} name=${u.name} agency=${shortAgency(u.agency)} crew=${crew} set=${set}>
        ${codes.has(u.id) && html`<span class="muted small">${(codes.get(u.id) ?? []).map(reasonWord).join(" · ")}</span>`}</${Officer}>`)}</ul></details>`}
    ${out.size > 0 && html`<details><summary>${t("not_now", { n: out.size })}</summary><ul class="refused">${barred.map((r) => html`<li key=${r.user}><span>${r.name}</span>
      <span class="muted small">${(codes.get(r.user) ?? []).map(reasonWord).join(" · ")}</span></li>`)}</ul></details>`}
  </fieldset>`;
}
