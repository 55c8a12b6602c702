// The phones as a table: the worst first, in words, shape and colour.

import { html, useEffect, useState } from "preact";
import { api, sentence } from "../api.js";
import { Nothing } from "../desk/nothing.js";
import { timeWord } from "../dates.js";
import { Quiet } from "../parts.js";
import { agencyName, people } from "../people.js";
import { Sign } from "../shapes.js";
import { useStore } from "../store.js";
import { listen } from "../stream.js";
import { t } from "../words.js";
import { byWeight, refusal, room, since, skew, worstFirst } from "./judge.js";

/** @typedef {import("./judge.js").Phone} Phone */

const EACH = 60_000; // ms between two looks, beside those that the stream asks for

const SIGNS = /** @type {Record<string, string>} */ ({ unsent_old: "clock", silent: "phone", errors: "flag", storage_low: "box", clock_off: "clock" });

/** Reads the phones, and again when something of them changes. */
export function usePhones() {
  const [got, set] = useState({ items: /** @type {Phone[]} */ ([]), hours: 0, at: 0, wrong: "", ready: false });
  const [turn, again] = useState(0);
  useEffect(() => {
    let gone = false;
    api("/api/dispatch/phones").then(
      (told) => gone || set({ items: worstFirst(told.items), hours: told.alarm_after_hours, at: Date.now(), wrong: "", ready: true }),
      (err) => gone || set((g) => ({ ...g, wrong: sentence(err), ready: true })),
    );
    return () => void (gone = true);
  }, [turn]);
  useEffect(() => {
    let last = "";
    const look = () => again((n) => n + 1);
    const counted = (/** @type {any} */ { counts }) => {
      const now = `${counts?.phones}/${counts?.phones_total}`;
      if (now !== last) look();
      last = now;
    };
    const timer = setInterval(() => document.visibilityState === "visible" && look(), EACH);
    const ends = [listen("again", look), listen("phones", look), listen("inbox", counted)];
    return () => {
      clearInterval(timer);
      ends.forEach((end) => end());
    };
  }, []);
  return { ...got, again: () => again((n) => n + 1) };
}

/** @param {{of: Phone}} props */
const Alarms = ({ of }) => (of.alarm.length === 0 ? html`<span class="well"><${Sign} name="check" />${t("phones_well")}</span>`
  : html`<ul class="alarms">${byWeight(of.alarm).map((a) => html`<li key=${a}><${Sign} name=${SIGNS[a] ?? "flag"} />${t("phones_alarm_" + a)}</li>`)}</ul>`);

/** @param {{of: Phone, act?: (p: Phone) => any}} props */
function OnePhone({ of: p, act }) {
  const told = p.reported_at !== "";
  return html`<tr class=${p.alarm.length > 0 ? "alarmed" : ""}>
    <th scope="row"><b>${p.name}</b>${p.disabled && html`<span class="mark">${t("phones_disabled")}</span>`}<span class="small muted">${agencyName(p.agency)}</span></th>
    <td><${Alarms} of=${p} />${p.errors.length > 0 && html`<ul class="small muted errors">${p.errors.map((e) => html`<li key=${e.code}>${refusal(e.code)}<span class="num"> ×${e.n}</span></li>`)}</ul>`}</td>
    <td class="num">${p.unsent > 0 ? html`<b class=${p.alarm.includes("unsent_old") ? "overdue" : ""}>${t("phones_unsent", { n: p.unsent })}</b><span class="small muted" title=${timeWord(p.oldest_unsent_at)}>${t("phones_oldest", { ago: since(p.oldest_unsent_at) })}</span>` : told ? t("phones_clean") : "–"}</td>
    <td class="num"><span title=${timeWord(p.last_contact)} class=${p.alarm.includes("silent") ? "overdue" : ""}>${since(p.last_contact)}</span><span class="small muted">${t("phones_open", { n: p.open })}</span></td>
    <td class="num"><span class=${p.alarm.includes("clock_off") ? "overdue" : ""}>${told ? skew(p.skew_ms) : "–"}</span></td>
    <td class="num"><span class=${p.alarm.includes("storage_low") ? "overdue" : ""}>${room(p.storage_free)}</span></td>
    <td class="num">${told && p.battery > 0 ? html`<span class="battery"><progress max="1" value=${p.battery} aria-hidden="true"></progress>${Math.round(p.battery * 100)}%</span>` : "–"}</td>
    <td class="num small muted">${p.app || "–"}</td>
    ${act && html`<td>${act(p)}</td>`}
  </tr>`;
}

/** @param {{act?: (p: Phone) => any}} props act: what may be done about one, in its last column */
export function Phones({ act }) {
  const { items, hours, at, wrong, ready, again } = usePhones();
  useStore(people, (p) => p);
  const alarmed = items.filter((p) => p.alarm.length > 0).length;
  const columns = ["person", "state", "waits", "contact", "clock", "room", "battery", "app"];
  return html`<header class="view-head"><h1>${t("phones_title")}</h1>
      ${ready && !wrong && html`<p class="dots num" role="status"><span class=${alarmed > 0 ? "overdue" : ""}>${t("phones_alarmed", { n: alarmed })}</span><span>${t("phones_of", { n: items.length })}</span></p>`}
      <span class="muted small">${hours > 0 && t("phones_threshold", { n: hours })}</span>
      <button type="button" class="plain" onClick=${again}><${Sign} name="swap" />${t("phones_again")}${at > 0 && html`<span class="muted small num">${timeWord(new Date(at).toISOString())}</span>`}</button></header>
    ${wrong ? html`<${Quiet} wrong again=${again}>${wrong}</${Quiet}>` : ready && items.length === 0 ? html`<${Nothing} title=${t("phones_none")}>${t("phones_none_more")}</${Nothing}>`
      : html`<div class="table-box" tabindex="0" role="region" aria-label=${t("phones_title")}><table class="table phones-table"><thead><tr>${columns.map((c) => html`<th key=${c} scope="col">${t("phones_column_" + c)}</th>`)}${act && html`<th scope="col"><span class="sr">${t("actions")}</span></th>`}</tr></thead>
        <tbody>${items.map((p) => html`<${OnePhone} key=${p.client} of=${p} act=${act} />`)}</tbody></table></div>`}`;
}
