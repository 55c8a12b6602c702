// Many cases at once: a plan that says who gets what and why, or one crew for all; then how far
// the sending is and what became of each.

import { html, useEffect, useState } from "preact";
import { api, Problem, sentence } from "../api.js";
import { listedCase } from "../caselist.js";
import { dayOf, now } from "../dates.js";
import { Dialog, Quiet } from "../parts.js";
import { learn, onCase } from "../people.js";
import { clearSelection } from "../selection.js";
import { Sign } from "../shapes.js";
import { t } from "../words.js";
import { firstDue } from "./assign.js";
import { Leaving } from "./leaving.js";
import { OfficerPicker } from "./officers.js";
import { PlanTable, Untaken } from "./plan.js";
import { casesOf, keptAgency, offerUndo, sendAll } from "./send.js";

/**
 * @typedef {import("./send.js").Order} Order
 * @typedef {import("./send.js").Result} Result
 */

/** How far it is, then what became of each. @param {{orders: Order[], results: Result[], over: boolean}} props */
function Outcome({ orders, results, over }) {
  const failed = results.filter((r) => !r.ok);
  return html`<div class="outcome"><p role="status">${t(over ? "sent_number" : "sending_number", { n: results.length - failed.length, all: orders.length })}</p>
    ${!over && html`<progress max=${orders.length} value=${results.length}></progress>`}
    ${failed.length > 0 && html`<h4>${t("not_done", { n: failed.length })}</h4>`}
    <ul class="results">${[...failed, ...results.filter((r) => r.ok)].map((r) => html`<li key=${r.case}><${Sign} name=${r.ok ? "check" : "close"} /><span class="num">${r.number}</span><span class=${r.ok ? "muted" : "wrong"}>${r.ok ? t("done") : r.wrong}</span></li>`)}</ul></div>`;
}

/** Sends orders and shows it. @param {{title: string, orders: Order[], onClose: () => void}} props */
function Sending({ title, orders, onClose }) {
  const [results, setResults] = useState(/** @type {Result[]} */ ([]));
  const [over, setOver] = useState(false);
  useEffect(() => {
    sendAll(orders, setResults).then((all) => {
      setOver(true);
      const done = all.filter((r) => r.ok && r.before).map((r) => /** @type {import("./send.js").Before} */ (r.before));
      if (done.length > 0) offerUndo(done);
      if (done.length === all.length) {
        clearSelection(orders.map((o) => o.case));
        onClose();
      }
    });
  }, []);
  useEffect(() => void (over && /** @type {HTMLElement | null} */ (document.querySelector("dialog footer .main"))?.focus()), [over]);
  return html`<${Dialog} title=${over ? t("sent_title") : title} onClose=${onClose} locked=${!over} class="wide-dialog" foot=${over && html`<button type="button" class="main" onClick=${onClose}>${t("close")}</button>`}>
    <${Outcome} orders=${orders} results=${results} over=${over} /></${Dialog}>`;
}

/** @typedef {{id: string, number: string, status: string, inspectors: string[] | null, lead: string, agency: string, due: string, due_strict: string}} Had a case as it was */

/** @param {Had} c @param {string[]} inspectors @param {string} lead @param {string} due @param {string} reason @returns {Order} */
function order(c, inspectors, lead, due, reason) {
  const was = onCase(c);
  return {
    case: c.id, number: c.number, name: "assign",
    args: { inspectors, lead, due, instead_of: was, ...keptAgency(c.agency, inspectors), ...(was.length > 0 || reason ? { reason: reason || t("plan_reason") } : {}) },
    before: { case: c.id, number: c.number, was, lead: c.lead, due: firstDue(/** @type {any} */ (c)) || due, agency: c.agency, sent: inspectors },
  };
}

/** Of whom something is taken. @param {{was: string[], crew: string[]}[]} list */
const leaversOf = (list) => [...new Set(list.flatMap(({ was, crew }) => was.filter((id) => !crew.includes(id))))];

/** A plan for all that are selected. @param {{ids: string[], onClose: () => void}} props */
export function Propose({ ids, onClose }) {
  const [plan, setPlan] = useState(/** @type {any} */ (null));
  const [wrong, setWrong] = useState("");
  const [off, setOff] = useState(/** @type {Set<string>} */ (new Set()));
  const [reason, setReason] = useState("");
  const [orders, setOrders] = useState(/** @type {Order[] | null} */ (null));
  useEffect(() => {
    api("/api/dispatch/propose", { method: "POST", body: { cases: ids } }).then((got) => {
      learn(got.plan.flatMap((/** @type {any} */ p) => p.inspectors.map((/** @type {any} */ i) => ({ id: i.user, name: i.name }))));
      setPlan(got);
    }, (err) => setWrong(err instanceof Problem && err.absent ? t("no_plans") : sentence(err)));
  }, []);
  const toggle = (/** @type {string} */ id) => setOff((o) => new Set(o.has(id) ? [...o].filter((x) => x !== id) : [...o, id]));
  if (orders) return html`<${Sending} title=${t("assigning")} orders=${orders} onClose=${onClose} />`;
  const crewOf = (/** @type {any} */ p) => p.inspectors.map((/** @type {any} */ i) => i.user);
  const taken = plan?.plan.filter((/** @type {any} */ p) => !off.has(p.case)) ?? [];
  const changes = taken.some((/** @type {any} */ p) => (p.was ?? []).length > 0);
  const send = (/** @type {Event} */ e) => {
    e.preventDefault();
    setOrders(taken.map((/** @type {any} */ p) => order({ id: p.case, number: p.number, status: p.status, inspectors: p.was, lead: p.lead_was, agency: p.agency, due: p.due_was, due_strict: p.due }, crewOf(p), p.lead, p.due, reason.trim())));
  };
  const saved = plan && plan.greedy_metres > plan.metres ? Math.round((1 - plan.metres / plan.greedy_metres) * 100) : 0;
  return html`<${Dialog} title=${t("propose_for", { n: ids.length })} onClose=${onClose} class="wide-dialog" foot=${plan && html`
      <span class="muted grow">${t("plan_total", { km: (plan.metres / 1000).toFixed(1) })}${saved > 0 && t("plan_saves", { n: saved })}</span>
      <button type="button" onClick=${onClose}>${t("cancel")}</button><button type="submit" form="plan" class="main" disabled=${taken.length === 0}>${t("assign_number", { n: taken.length })}</button>`}>
    <form id="plan" class="stack" onSubmit=${send}>
      ${wrong ? html`<${Quiet} wrong>${wrong}</${Quiet}>` : !plan ? html`<div class="waiting" aria-busy="true"><i></i><i></i><i></i></div>` : html`<${Untaken} list=${plan.unassigned} /><${PlanTable} plan=${plan.plan} off=${off} toggle=${toggle} />`}
      ${changes && html`<${Leaving} leavers=${leaversOf(taken.map((/** @type {any} */ p) => ({ was: p.was ?? [], crew: crewOf(p) })))} />
        <label class="field"><span>${t("reassign_why")}</span><input required value=${reason} onInput=${(/** @type {any} */ e) => setReason(e.target.value)} /></label>`}
    </form></${Dialog}>`;
}

/** One crew for all that are selected. @param {{ids: string[], onClose: () => void}} props */
export function AssignMany({ ids, onClose }) {
  const [cases, setCases] = useState(/** @type {import("../caselist.js").Case[] | null} */ (null));
  const [lost, setLost] = useState(/** @type {{id: string, wrong: string}[]} */ ([]));
  const [crew, setCrew] = useState({ crew: /** @type {string[]} */ ([]), lead: "" });
  const [due, setDue] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const [orders, setOrders] = useState(/** @type {Order[] | null} */ (null));
  useEffect(() => {
    const here = ids.map(listedCase);
    casesOf(ids.filter((_, i) => !here[i])).then((more) => {
      setCases([...here.filter((c) => c !== undefined), ...more.cases]);
      setLost(more.lost);
    });
  }, []);
  if (orders) return html`<${Sending} title=${t("assigning")} orders=${orders} onClose=${onClose} />`;
  const leavers = leaversOf((cases ?? []).map((c) => ({ was: onCase(c), crew: crew.crew })));
  const changes = (cases ?? []).some((c) => onCase(c).length > 0);
  const send = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (crew.crew.length < 2) return setWrong(t("two_at_least"));
    setOrders((cases ?? []).map((c) => order(c, crew.crew, crew.lead || crew.crew[0], due && (!c.due_strict || due <= c.due_strict) ? due : firstDue(c) || due, reason.trim())));
  };
  return html`<${Dialog} title=${t("assign_number", { n: ids.length })} onClose=${onClose} class="assign-dialog" foot=${html`
      <p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button>
      <button type="submit" form="many" class="main" disabled=${!cases || cases.length === 0}>${t("assign_number", { n: cases?.length ?? ids.length })}</button>`}>
    <form id="many" class="stack" onSubmit=${send}>
      ${lost.length > 0 && html`<p class="wrong" role="alert">${t("not_read_number", { n: lost.length, why: lost[0].wrong })}</p>`}
      <${OfficerPicker} candidates=${[]} refused=${[]} crew=${crew} set=${setCrew} />
      <label class="field"><span>${t("due_asked")}<small>${t("optional")}</small></span><input type="date" min=${dayOf(now())} value=${due} onInput=${(/** @type {any} */ e) => setDue(e.target.value)} /><span class="hint">${t("due_many_note")}</span></label>
      ${changes && html`<${Leaving} leavers=${crew.crew.length > 1 ? leavers : []} />
        <label class="field"><span>${t("reassign_why")}</span><input required value=${reason} onInput=${(/** @type {any} */ e) => setReason(e.target.value)} /></label>`}
    </form></${Dialog}>`;
}
