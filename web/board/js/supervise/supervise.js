// The supervisor's list: what is late, starred or supervised, and what was closed; with the
// filters of the house, and what a supervisor does about a case beside it.

import { html, useEffect, useRef, useState } from "preact";
import { api, query as asQuery, sentence } from "../api.js";
import { Nothing } from "../desk/nothing.js";
import { useKey } from "../keys.js";
import { Quiet } from "../parts.js";
import { agencyName, loadPeople, people, shortAgency } from "../people.js";
import { go, href, route } from "../router.js";
import { Due, Marks } from "../row.js";
import { Status } from "../shapes.js";
import { useStore } from "../store.js";
import { listen } from "../stream.js";
import { language, openStates, t } from "../words.js";
import { wordsOf } from "../inbox/forms.js";
import { Oversight } from "./oversight.js";

/** What is looked at, each as filters of the server. */
const LISTS = /** @type {Record<string, Record<string, string>>} */ ({
  overdue: { overdue: "true" }, starred: { starred: "true" }, supervised: { supervision_level: "urged,supervised,listed" }, due_soon: { due_soon: "true" },
  closed: { status: "closed,not_accepted", sort: "-received_at" },
});

/** The filters of a list: what is finished stands in one of its own. @param {string} name */
const filtersOf = (name) => ({ status: openStates().join(","), sort: "due_strict", ...LISTS[name] });
const PER_PAGE = 50;

/** @typedef {import("../caselist.js").Case} Case */

/** The list and how many each of the others has. @param {string} name @param {Record<string, string>} q of the address */
function useList(name, q) {
  const [got, set] = useState({ items: /** @type {Case[]} */ ([]), total: 0, wrong: "", ready: false });
  const [counts, setCounts] = useState(/** @type {Record<string, number>} */ ({}));
  const narrow = { agency: q.agency, type: q.type, received_from: q.received_from, received_to: q.received_to, q: q.q };
  const asked = asQuery({ ...filtersOf(name), ...narrow, page: q.page, per_page: PER_PAGE });
  const narrowed = JSON.stringify(narrow);
  const readList = () => api("/api/cases" + asked).then(({ items, total }) => latest.current.asked === asked && set({ items, total, wrong: "", ready: true }),
    (err) => latest.current.asked === asked && set((g) => ({ ...g, wrong: sentence(err), ready: true })));
  const readCounts = () => Promise.all(Object.keys(LISTS).map(async (n) => [n, (await api("/api/cases" + asQuery({ ...filtersOf(n), ...narrow, per_page: 1 }))).total]))
    .then((all) => latest.current.narrowed === narrowed && setCounts(Object.fromEntries(all)), () => {});
  const now = { asked, narrowed, read: () => Promise.all([readList(), readCounts()]) };
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => void readList(), [asked]);
  useEffect(() => void readCounts(), [narrowed]);
  useEffect(() => { // news come in bursts, and a reading ends before the next one begins
    let timer = 0;
    let more = false;
    let over = false;
    const soon = () => {
      if (timer) return void (more = true);
      timer = setTimeout(async () => {
        more = false;
        await latest.current.read();
        timer = 0;
        if (more && !over) soon();
      }, 400);
    };
    const ends = [listen("again", soon), listen("cases", soon)];
    return () => {
      over = true;
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, []);
  return { ...got, counts, again: () => void latest.current.read() };
}

/** @param {{q: Record<string, string>, set: (change: Record<string, string>) => void}} props */
const Filters = ({ q, set }) => html`<form class="narrow" role="search" aria-label=${t("filters")} onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
  <input type="search" aria-label=${t("search_hint")} placeholder=${t("search_hint")} value=${q.q ?? ""} onChange=${(/** @type {any} */ e) => set({ q: e.target.value.trim() })} />
  <select aria-label=${t("filter_agency")} value=${q.agency ?? ""} onChange=${(/** @type {any} */ e) => set({ agency: e.target.value })}><option value="">${t("supervise_all_agencies")}</option>
    ${[...people.get().agencies.values()].map((a) => html`<option key=${a.id} value=${a.id} selected=${q.agency === a.id}>${a.name}</option>`)}</select>
  <select aria-label=${t("filter_type")} value=${q.type ?? ""} onChange=${(/** @type {any} */ e) => set({ type: e.target.value })}><option value="">${t("supervise_all_types")}</option>
    ${wordsOf("pollution_type").map(([code, text]) => html`<option key=${code} value=${code} selected=${q.type === code}>${text}</option>`)}</select>
  <label class="inline small muted">${t("filter_received")}<input type="date" aria-label=${t("from_day")} value=${q.received_from ?? ""} onChange=${(/** @type {any} */ e) => set({ received_from: e.target.value })} /></label>
</form>`;

/** @param {{of: Case, on: boolean, choose: () => void}} props */
const OneRow = ({ of: c, on, choose }) => html`<tr class=${on ? "on" : ""} onClick=${choose}>
  <td><${Status} status=${c.status} late=${c.overdue} /></td>
  <td class="grows"><button type="button" class="link" aria-pressed=${on ? "true" : "false"} onClick=${(/** @type {Event} */ e) => { e.stopPropagation(); choose(); }}>${c.title}</button><span class="small muted num">${c.number}</span></td>
  <td class="num"><span class="dots"><${Due} of=${c} /></span></td>
  <td class="short">${shortAgency(c.agency) || agencyName(c.agency)}</td>
  <td><${Marks} of=${c} /></td></tr>`;

/** @param {{page: number, total: number, to: (page: number) => void, per?: number}} props */
export const Pages = ({ page, total, to, per = PER_PAGE }) => total > per && html`<nav class="pages" aria-label=${t("desk_pages")}><button type="button" disabled=${page <= 1} onClick=${() => to(page - 1)}>${t("desk_page_before")}</button>
  <span class="num">${t("desk_page_of", { page, pages: Math.ceil(total / per) })}</span><button type="button" disabled=${page * per >= total} onClick=${() => to(page + 1)}>${t("desk_page_next")}</button></nav>`;

export function SuperviseView() {
  const { id, query: q } = useStore(route, (r) => r);
  useStore(people, (p) => p);
  useStore(language, (l) => l.code);
  const name = id in LISTS ? id : "overdue";
  const list = useList(name, q);
  useEffect(() => void loadPeople(), []);
  const set = (/** @type {Record<string, string>} */ change) => go({ query: { ...q, page: "", item: "", ...change } }, { replace: true });
  const shown = list.items.find((c) => c.id === q.item);
  const step = (/** @type {number} */ by) => {
    const at = list.items.findIndex((c) => c.id === q.item);
    const next = list.items[Math.max(0, Math.min(at + by, list.items.length - 1))];
    if (next) go({ query: { ...q, item: next.id } }, { replace: true });
  };
  useKey("next", () => step(1));
  useKey("previous", () => step(-1));
  useKey("escape", () => (q.item ? set({ page: q.page ?? "" }) : false));
  return html`<div class="inbox"><nav class="queues" aria-label=${t("desk_view_supervise")}>${Object.keys(LISTS).map((n) => html`<a key=${n} href=${href({ view: "supervise", id: n, query: { ...q, page: "", item: "" } })}
      aria-current=${n === name ? "page" : null} class=${list.counts[n] === 0 ? "none" : ""}><span>${t("supervise_list_" + n)}</span><b class="num">${list.counts[n] ?? ""}</b></a>`)}</nav>
    <div class=${shown ? "tabled beside" : "tabled"}><section class="tabled-main" aria-label=${t("supervise_list_" + name)}><h1 class="sr">${t("desk_view_supervise")}</h1><${Filters} q=${q} set=${set} />
      ${list.wrong ? html`<${Quiet} wrong again=${list.again}>${list.wrong}</${Quiet}>` : list.ready && list.items.length === 0 ? html`<${Nothing} title=${t("supervise_none")}>${t("supervise_none_more")}</${Nothing}>`
        : html`<table class="table"><thead><tr><th>${t("filter_status")}</th><th>${t("desk_case")}</th><th>${t("desk_due")}</th><th>${t("filter_agency")}</th><th>${t("supervise_marks")}</th></tr></thead>
          <tbody>${list.items.map((c) => html`<${OneRow} key=${c.id} of=${c} on=${c.id === q.item} choose=${() => go({ query: { ...q, item: c.id } }, { replace: true })} />`)}</tbody></table>
          <${Pages} page=${Number(q.page) || 1} total=${list.total} to=${(/** @type {number} */ page) => set({ page: page > 1 ? String(page) : "" })} />`}
    </section>
    ${shown && html`<${Oversight} key=${shown.id} of=${shown} done=${list.again} />`}</div></div>`;
}
