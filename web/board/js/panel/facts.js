// What a case is about, and who has to do with it.

import { html, useEffect, useRef, useState } from "preact";
import { api, sentence, session } from "../api.js";
import { dayWord, leftWord, timeWord } from "../dates.js";
import { agencyName, knownName, nameOf, people } from "../people.js";
import { listed, t, word } from "../words.js";

/** @typedef {import("./file.js").CaseFile} CaseFile */

/** A label and what stands beside it; nothing where there is nothing. @param {{name: string, children?: any}} props */
export const Fact = ({ name, children }) => {
  const there = [children].flat().some((c) => c !== "" && c !== null && c !== undefined && c !== false);
  return there && html`<div class="fact"><dt>${t(name)}</dt><dd>${children}</dd></div>`;
};

/** @param {{id: string, title: string, children: any, more?: any}} props */
export const Part = ({ id, title, children, more }) => html`<section class="part" id=${"part-" + id} aria-labelledby=${"title-" + id}>
  <div class="part-head"><h3 id=${"title-" + id}>${title}</h3>${more}</div>${children}</section>`;

/** @param {{of: CaseFile}} props */
export function Facts({ of }) {
  const c = of.case;
  const found = of.inspections.filter((i) => i.findings || i.statement);
  return html`<${Part} id="facts" title=${t("part_facts")}>
    <p class="prose">${c.text}</p>
    <dl>
      <${Fact} name="filter_type">${listed((c.pollution_types ?? []).map((p) => word("pollution_type", p)))}</${Fact}>
      <${Fact} name="address">${c.address}</${Fact}>
      <${Fact} name="filter_source">${word("source", c.source)}</${Fact}>
      <${Fact} name="filter_received"><span class="num">${timeWord(c.received_at)}</span></${Fact}>
      <${Fact} name="accepted">${c.accepted_at && html`<span class="num">${timeWord(c.accepted_at)}</span>`}</${Fact}>
      <${Fact} name="deadline">${c.due_strict && html`<span class="num">${t("strict_and_legal", { strict: dayWord(c.due_strict), legal: dayWord(c.due_legal) })}${c.extended && ` · ${t("flag_extended")}`}</span>`}</${Fact}>
      <${Fact} name="due_asked">${c.due && html`<span class="num">${t("day_and_left", { day: dayWord(c.due), left: leftWord(c.due) })}</span>`}</${Fact}>
      <${Fact} name="repeats">${c.repeat_count > 0 && t("times", { n: c.repeat_count })}</${Fact}>
      <${Fact} name="outcome">${c.outcome && word("outcome", c.outcome)}</${Fact}>
      <${Fact} name="refusal">${c.refusal && word("refusal", c.refusal)}</${Fact}>
    </dl>
    ${found.map((i) => html`<div class="found" key=${i.id}><h4>${t("inspection_of", { day: timeWord(i.started_at) })}</h4>
      ${i.findings && html`<p class="prose">${i.findings}</p>`}
      ${i.statement && html`<p class="prose muted">${t("statement", { text: i.statement })}</p>`}
      <p class="dots small muted">${[i.weather && html`<span>${i.weather}</span>`, i.max_noise_db > 0 && html`<span>${t("noise_db", { n: i.max_noise_db })}</span>`,
        (i.samples ?? []).length > 0 && html`<span>${t("samples", { list: listed(i.samples) })}</span>`]}</p></div>`)}
    ${(c.handling_result || c.complainant_reply) && html`<dl class="texts"><${Fact} name="arg_handling_result">${c.handling_result}</${Fact}><${Fact} name="arg_complainant_reply">${c.complainant_reply}</${Fact}><${Fact} name="arg_legal_basis">${c.legal_basis}</${Fact}></dl>`}
  </${Part}>`;
}

/** An officer and what certifies him. @param {{id: string, lead: boolean}} props */
function Officer({ id, lead }) {
  const u = people.get().users.get(id);
  return html`<li><b>${nameOf(id)}</b>${lead && html`<span class="mark">${t("lead")}</span>`}${u?.certificate_no && html`<span class="muted small num">${u.certificate_no}</span>`}</li>`;
}

/** The reason for which it is shown. @param {{send: (reason: string) => Promise<void>, cancel: () => void}} props */
function Why({ send, cancel }) {
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const onSubmit = (/** @type {Event} */ e) => {
    e.preventDefault();
    setWrong("");
    send(reason.trim()).catch((err) => setWrong(sentence(err)));
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ e) => {
    if (e.key !== "Escape") return;
    e.preventDefault(); // the file of the case stays open
    cancel();
  };
  return html`<form class="stack" onSubmit=${onSubmit} onKeyDown=${onKeyDown}><label class="field"><span>${t("reveal_why")}<small>${t("on_record")}</small></span>
    <input required ref=${field} value=${reason} onInput=${(/** @type {any} */ e) => setReason(e.target.value)} /></label><p class="wrong" role="alert">${wrong}</p>
    <div class="inline"><button type="submit">${t("reveal")}</button><button type="button" class="plain" onClick=${cancel}>${t("cancel")}</button></div></form>`;
}

/** Who complained, masked; shown to who says why, which is on record. @param {{of: any}} props */
function Complainant({ of }) {
  const [asks, setAsks] = useState(false);
  const [shown, setShown] = useState(/** @type {any} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const contact = shown ?? of.contact;
  const mayAsk = of.identity_mode !== "anonymous" && session.get().user?.role !== "inspector";
  const end = () => {
    setAsks(false);
    box.current?.focus(); // where it is read
  };
  const send = async (/** @type {string} */ reason) => {
    setShown(await api(`/api/complaints/${of.id}/reveal`, { method: "POST", body: { reason } }));
    end();
  };
  return html`<li class="complainant"><div class="inline" ref=${box} tabindex="-1"><span>${word("identity_mode", of.identity_mode)}</span>
      ${contact && html`<b>${contact.name}</b><span class="num">${contact.phone}</span>${contact.email && html`<span>${contact.email}</span>`}${shown?.id_number && html`<span class="num">${shown.id_number}</span>`}`}
      ${mayAsk && !shown && !asks && html`<button type="button" class="link" onClick=${() => setAsks(true)}>${t("reveal")}</button>`}</div>
    ${asks && html`<${Why} send=${send} cancel=${end} />`}
  </li>`;
}

/** @param {{of: CaseFile}} props */
export function People({ of }) {
  const c = of.case;
  const crew = c.inspectors ?? [];
  return html`<${Part} id="people" title=${t("part_people")}>
    <dl>
      <${Fact} name="crew">${crew.length > 0 ? html`<ul class="crew">${crew.map((id) => html`<${Officer} key=${id} id=${id} lead=${id === c.lead} />`)}</ul>` : html`<span class="muted">${t("nobody_yet")}</span>`}</${Fact}>
      <${Fact} name="filter_agency">${agencyName(c.agency)}</${Fact}>
      <${Fact} name="respondent">${of.respondent && html`<span>${of.respondent.name}</span>${of.respondent.credit_code && html`<span class="muted small num block">${of.respondent.credit_code}</span>`}`}</${Fact}>
      <${Fact} name="responsible">${c.responsible}</${Fact}>
      <${Fact} name="leader">${c.leader_in_charge && (knownName(c.leader_in_charge) || c.leader_in_charge)}</${Fact}>
      <${Fact} name="complainants">${(of.complaints ?? []).length > 0 && html`<ul>${(of.complaints ?? []).map((x) => html`<${Complainant} key=${x.id} of=${x} />`)}</ul>`}</${Fact}>
    </dl>
  </${Part}>`;
}
