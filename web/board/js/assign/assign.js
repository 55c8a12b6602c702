// Assigns one case: who is suggested and why, who goes, until when, and the reason where it is
// taken from others.

import { html, useEffect, useState } from "preact";
import { api, Problem, sentence } from "../api.js";
import { dayOf, dayWord, now } from "../dates.js";
import { Dialog } from "../parts.js";
import { learn, onCase } from "../people.js";
import { post } from "../post.js";
import { tell } from "../stream.js";
import { t } from "../words.js";
import { Leaving } from "./leaving.js";
import { OfficerPicker, reasonWord } from "./officers.js";
import { keptAgency, offerUndo, whyNot } from "./send.js";

/** The day to ask for at first: what is suggested, else what was asked for, else the deadline. @param {import("../caselist.js").Case} c @param {string} [offered] */
export function firstDue(c, offered) {
  const today = dayOf(now());
  return [offered, c.due, c.due_strict].find((d) => d && d >= today) ?? "";
}

/** @param {{of: import("../panel/file.js").CaseFile, onClose: () => void, done: () => void}} props */
export function Assign({ of, onClose, done }) {
  const c = of.case;
  const had = onCase(c);
  const [offer, setOffer] = useState(/** @type {any} */ (undefined)); // null: this server suggests nobody
  const [crew, setCrew] = useState({ crew: had, lead: had.length > 0 ? c.lead : "" });
  const [due, setDue] = useState(firstDue(c));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let gone = false;
    api(`/api/cases/${c.id}/candidates`).then((got) => {
      if (gone) return;
      learn(got.candidates.map((/** @type {any} */ x) => ({ id: x.user, name: x.name })));
      setOffer(got);
      if (had.length > 0) return;
      if (got.team) setCrew({ crew: [got.team.lead, got.team.second], lead: got.team.lead });
      setDue(firstDue(c, got.due));
    }, (err) => {
      if (gone) return;
      setOffer(null);
      if (!(err instanceof Problem && (err.absent || err.status === 403))) setWrong(sentence(err));
    });
    return () => void (gone = true);
  }, [c.id]);
  const leavers = had.filter((id) => !crew.crew.includes(id));
  const changes = had.length > 0;
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (crew.crew.length < 2) return setWrong(t("two_at_least"));
    setBusy(true);
    setWrong("");
    try {
      await post(c, "assign", { inspectors: crew.crew, lead: crew.lead || crew.crew[0], due, instead_of: had, ...keptAgency(c.agency, crew.crew), ...(reason.trim() ? { reason: reason.trim() } : {}) });
      tell("cases", { changed: [], gone: [] });
      offerUndo([{ case: c.id, number: c.number, was: had, lead: c.lead, due: firstDue(c), agency: c.agency, sent: crew.crew }]);
      done();
    } catch (err) {
      setWrong(await whyNot({ case: c.id, was: had }, err));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${`${t(changes ? "reassign" : "assign")} · ${c.number}`} onClose=${onClose} locked=${busy} class="assign-dialog" foot=${html`
      <p class="wrong grow" role="alert">${wrong}</p>
      <button type="button" onClick=${onClose} disabled=${busy}>${t("cancel")}</button>
      <button type="submit" form="assign" class="main" disabled=${busy}>${busy ? t("sending") : t(changes ? "reassign" : "assign")}</button>`}>
    <form id="assign" class="stack" onSubmit=${send}>
      <p class="muted">${c.title}</p>
      ${offer === undefined ? html`<div class="waiting"><i></i><i></i></div>` : html`
        ${offer === null && html`<p class="muted small">${t("no_suggestions")}</p>`}
        ${offer?.lack && html`<p class="overdue small">${reasonWord(offer.lack)}</p>`}
        <${OfficerPicker} candidates=${offer?.candidates ?? []} refused=${offer?.refused ?? []} crew=${crew} set=${setCrew} />`}
      <label class="field"><span>${t("due_asked")}<small class="num">${c.due_strict && t("by_law", { day: dayWord(c.due_legal || c.due_strict) })}</small></span>
        <input type="date" required min=${dayOf(now())} value=${due} onInput=${(/** @type {any} */ e) => setDue(e.target.value)} /></label>
      ${changes && html`<label class="field"><span>${t("reassign_why")}</span><textarea rows="2" required value=${reason} onInput=${(/** @type {any} */ e) => setReason(e.target.value)}></textarea></label>`}
      <${Leaving} of=${c.id} leavers=${leavers} />
    </form>
  </${Dialog}>`;
}
