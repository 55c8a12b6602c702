// The entries of a queue as a listbox: arrows move, what is chosen is shown beside it.

import { html, useEffect, useRef } from "preact";
import { agoWord, now, timeWord } from "../dates.js";
import { Due, Marks } from "../row.js";
import { Sign, Status } from "../shapes.js";
import { useStore } from "../store.js";
import { actionWord, known, t } from "../words.js";
import { entryAt, queue, readMore, showEntry, stepEntry } from "./queue.js";

/** @typedef {import("./queue.js").Entry} Entry */

const age = (/** @type {string} */ at) => agoWord((now() - Date.parse(at)) / 1000);

/** An entry that has a case with it. @param {{of: Entry}} props */
function OfCase({ of: e }) {
  const c = /** @type {import("../caselist.js").Case} */ (e.case);
  return html`<div class="wait-line"><${Status} status=${c.status} late=${c.overdue} /><${Marks} of=${c} /><span class="num muted">${c.number}</span></div>
    <div class="wait-title">${c.title}</div>
    <div class="dots num">${e.photo ? html`<span>${t("inbox_doubts", { n: (e.photo.checks ?? []).filter((/** @type {any} */ k) => k.doubtful).length })}</span>`
      : e.transfer ? html`<span>${t("inbox_objected_at", { at: timeWord(e.transfer.objected_at) })}</span>` : html`<${Due} of=${c} />`}</div>`;
}

/** Held work names its case only. @param {{of: Entry}} props */
const OfHeld = ({ of: e }) => html`<div class="wait-line"><span class="wait-kind"><${Sign} name=${e.kind === "action" ? "clock" : "swap"} />${e.kind === "action" ? actionWord(e.ours?.name) : known("inbox_field_" + e.field) || t("inbox_kind_" + e.kind)}</span><span class="num muted">${e.number}</span></div>
  <div class="wait-title">${e.author_name || t("somebody")}</div>
  <div class="dots num"><span title=${timeWord(e.received_at)}>${t("inbox_came", { ago: age(e.received_at) })}</span></div>`;

/** @param {{name: string, at: string}} props */
export function Waits({ name, at }) {
  const q = useStore(queue, (s) => s);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const entry = entryAt(q, at);
  useEffect(() => box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [entry?.id]);
  const onKeyDown = (/** @type {KeyboardEvent} */ e) => {
    const by = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e6, End: 1e6 })[e.key];
    if (by === undefined) return;
    e.preventDefault();
    stepEntry(by);
  };
  if (q.name !== name || q.state === "loading") return html`<div class="waits" aria-hidden="true"><div class="wait waiting"><i></i><i></i><i></i></div></div>`;
  return html`<div class="waits"><div class="waits-box" role="listbox" tabindex="0" ref=${box} aria-label=${t("inbox_queue_" + name)} aria-activedescendant=${entry && q.items.includes(entry) ? "wait-" + entry.id : null} onKeyDown=${onKeyDown}>
      ${q.items.map((e) => html`<div key=${e.id} id=${"wait-" + e.id} role="option" class="wait" aria-selected=${e.id === entry?.id ? "true" : "false"} onClick=${() => showEntry(e.id)}>
        ${typeof e.case === "string" ? html`<${OfHeld} of=${e} />` : html`<${OfCase} of=${e} />`}</div>`)}</div>
    ${q.items.length < q.total && html`<button type="button" class="plain waits-more" onClick=${readMore}>${t("inbox_more", { n: q.total - q.items.length })}</button>`}
  </div>`;
}
