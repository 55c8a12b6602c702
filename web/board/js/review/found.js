// What was found and what was ordered, as the reviewer reads it against the reply.

import { html } from "preact";
import { Facts } from "../desk/caseparts.js";
import { dayWord, timeWord } from "../dates.js";
import { nameOf } from "../people.js";
import { listed, t, word } from "../words.js";

/** @param {{file: import("../panel/file.js").CaseFile}} props */
export const Found = ({ file }) => html`<section><h3>${t("review_found")}</h3>
  ${file.inspections.map((v) => html`<div key=${v.id} class="visit"><p class="quote">${v.findings || t("review_no_findings")}</p>
    <${Facts} rows=${[[t("inbox_field_statement"), v.statement], [t("review_visited"), timeWord(v.started_at)], [t("review_officers"), listed((v.inspectors ?? []).map(nameOf))],
      [t("inbox_field_max_noise_db"), v.max_noise_db > 0 && `${v.max_noise_db} dB`], [t("inbox_field_weather"), v.weather]]} /></div>`)}
  ${file.inspections.length === 0 && html`<p class="muted">${t("review_no_visit")}</p>`}</section>`;

/** @param {{file: import("../panel/file.js").CaseFile}} props */
export const Ordered = ({ file }) => html`${file.rectifications.map((r) => html`<section key=${r.id}><h3>${t("review_order")}</h3><${Facts} rows=${[
  [t("arg_no"), r.order_no], [t("arg_served_at"), timeWord(r.served_at)], [t("arg_deadline"), dayWord(r.deadline)], [t("arg_measures"), r.measures], [t("arg_responsible"), r.responsible],
  [t("review_verified"), r.verified_at && `${timeWord(r.verified_at)} · ${listed((r.officers ?? []).map(nameOf))}`]]} /></section>`)}`;

/** @param {{file: import("../panel/file.js").CaseFile}} props */
export function Draft({ file }) {
  const c = file.case;
  const back = file.actions.filter((/** @type {any} */ a) => a.name === "send_back" && a.outcome === "applied" && a.round === c.round);
  return html`<section class="draft"><h3>${t("review_reply")}${c.outcome && html`<span class="verdict">${word("outcome", c.outcome)}</span>`}</h3>
    ${back.map((a) => html`<p key=${a.id} class="sent-back"><b>${t("review_was_sent_back", { name: nameOf(a.actor), at: timeWord(a.received_at) })}</b><span>${a.args?.reason}</span></p>`)}
    <p class="letter">${c.complainant_reply || t("review_no_reply")}</p>
    <${Facts} rows=${[[t("arg_handling_result"), c.handling_result], [t("arg_legal_basis"), c.legal_basis]]} /></section>`;
}
