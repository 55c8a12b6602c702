// What happened to the case: its actions, which are its history, in words with place and person.

import { html } from "preact";
import { metresWord, timeWord } from "../dates.js";
import { agencyName, knownName } from "../people.js";
import { Shape } from "../shapes.js";
import { actionWord, codeWord, stateWord, t, word } from "../words.js";
import { Part } from "./facts.js";
import { saidArgs } from "./said.js";

/** @typedef {import("./file.js").Action} Action */

/** @param {Action} a */
export function actor(a) {
  if (a.actor_kind !== "user") return word("actor_kind", a.actor_kind);
  const name = knownName(a.actor);
  if (name) return t("person_and_role", { name, role: word("role", a.actor_role) });
  return `${agencyName(a.actor_agency)} ${word("role", a.actor_role)}`;
}

/** Metres between two places. @param {{lon: number, lat: number}} a @param {{lon: number, lat: number}} b */
export function metresBetween(a, b) {
  const rad = Math.PI / 180;
  const [x, y] = [(b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad), (b.lat - a.lat) * rad];
  return Math.hypot(x, y) * 6_371_000;
}

/** How long after it was done the server heard of it, where that is more than a moment. @param {Action} a */
function late(a) {
  const hours = (Date.parse(a.received_at) - Date.parse(a.device_at)) / 3_600_000;
  return a.device && hours > 0.25 ? t("arrived_later", { time: timeWord(a.received_at) }) : "";
}

/** @param {{of: Action, place: {lon: number, lat: number} | null, items: Record<string, string>}} props */
function Step({ of: a, place, items }) {
  const pending = a.outcome === "needs_review";
  const away = a.position && place ? t("away_from_case", { distance: metresWord(metresBetween(a.position, place)) }) : "";
  const said = saidArgs(a, a.name === "conclude" ? {} : items);
  return html`<li class=${pending ? "step pending" : "step"}>
    <${Shape} status=${a.to || a.from} />
    <div><div class="step-head"><b>${actionWord(a.name)}</b>${a.to && a.to !== a.from && html`<span class="muted small">${stateWord(a.to)}</span>`}<time class="num muted small" datetime=${a.received_at}>${timeWord(a.device ? a.device_at : a.received_at)}</time></div>
      <div class="dots small muted"><span>${actor(a)}</span>${away && html`<span>${away}</span>`}${late(a) && html`<span>${late(a)}</span>`}</div>
      ${pending && html`<p class="small overdue">${t("needs_review")} ${codeWord(a.code)}</p>`}
      ${said.length > 0 && html`<dl class="args">${said.map(({ label, value }) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`}
    </div>
  </li>`;
}

/** @param {{of: import("./file.js").CaseFile}} props */
export function Timeline({ of }) {
  const steps = [...of.actions].reverse();
  const items = Object.fromEntries(of.rectifications.flatMap((r) => (r.items ?? []).map((/** @type {any} */ i) => [i.id, i.text])));
  return html`<${Part} id="course" title=${t("part_course")}>
    <ol class="steps">${steps.map((a) => html`<${Step} key=${a.id} of=${a} place=${of.case.location} items=${items} />`)}
      <li class="step"><${Shape} status="registered" /><div><div class="step-head"><b>${t("came_in")}</b><time class="num muted small" datetime=${of.case.received_at}>${timeWord(of.case.received_at)}</time></div>
        <div class="small muted">${word("source", of.case.source)}</div></div></li></ol>
  </${Part}>`;
}
