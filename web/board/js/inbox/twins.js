// Cases that may be the same matter as one: why, how far, and what is done about it.

import { html, useEffect, useState } from "preact";
import { api, sentence } from "../api.js";
import { daysApart } from "../desk/days.js";
import { fileOf } from "../desk/caseparts.js";
import { post, useSend } from "../post.js";
import { metresWord, timeWord } from "../dates.js";
import { say } from "../parts.js";
import { Status } from "../shapes.js";
import { openStates, t } from "../words.js";
import { Dots } from "./dots.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {{case: string, number: string, title: string, status: string, received_at: string, location: {lon: number, lat: number} | null,
 *   distance_m: number | null, score: number, kind: string, reasons: string[]}} Twin
 */

/** @param {string} id @returns {{list: Twin[] | null, wrong: string}} */
export function useTwins(id) {
  const [got, set] = useState({ list: /** @type {Twin[] | null} */ (null), wrong: "" });
  useEffect(() => {
    let gone = false;
    api(`/api/cases/${id}/duplicates`).then(({ items }) => gone || set({ list: items, wrong: "" }), (err) => gone || set({ list: null, wrong: sentence(err) }));
    return () => void (gone = true);
  }, [id]);
  return got;
}

/** Each of two cases names the other in its history. @param {Case} of @param {Twin} twin */
async function link(of, twin) {
  await post(of, "note", { text: t("inbox_linked_to", { number: twin.number }) });
  await post({ id: twin.case }, "note", { text: t("inbox_linked_to", { number: of.number }) });
}

/** @param {{of: Case, twin: Twin, label: string, on: boolean, merge: (twin: Twin) => void, point: (id: string) => void}} props */
function OneTwin({ of, twin, label, on, merge, point }) {
  const { busy, wrong, send } = useSend();
  const [linked, setLinked] = useState(false);
  const open = openStates().includes(twin.status);
  const onLink = async () => {
    if (!(await send(() => link(of, twin)))) return;
    setLinked(true);
    say(t("inbox_linked", { a: of.number, b: twin.number }));
  };
  return html`<li class=${on ? "twin on" : "twin"} onMouseEnter=${() => point(twin.case)} onMouseLeave=${() => point("")}>
    <div class="twin-line"><span class="twin-label num" aria-hidden="true">${label}</span><b>${t("inbox_kind_" + twin.kind)}</b><span class="num muted">${t("inbox_score", { n: Math.round(twin.score * 100) })}</span>
      <a class="num go-file" href=${fileOf(twin.case)}>${twin.number}</a></div>
    <p class="twin-title">${twin.title}</p>
    <div class="twin-line"><${Status} status=${twin.status} /><span class="dots num muted">${twin.distance_m !== null && html`<span>${metresWord(twin.distance_m)}</span>`}<span title=${timeWord(twin.received_at)}>${daysApart(of.received_at, twin.received_at)}</span></span></div>
    <ul class="whys" aria-label=${t("inbox_why")}>${twin.reasons.map((r) => html`<li key=${r}>${t("inbox_reason_" + r)}</li>`)}</ul>
    <div class="twin-foot">${open ? html`<button type="button" onClick=${() => merge(twin)}>${t("inbox_merge_into")}</button>` : html`<span class="muted small">${t("inbox_not_open")}</span>`}
      <button type="button" class="plain" disabled=${busy || linked} onClick=${onLink}>${linked ? t("inbox_is_linked") : t("inbox_link")}</button></div>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
  </li>`;
}

/** @param {{of: Case, merge: (twin: Twin) => void, chosen: string}} props */
export function Twins({ of, merge, chosen }) {
  const { list, wrong } = useTwins(of.id);
  const [pointed, point] = useState("");
  const placed = (list ?? []).filter((d) => d.location);
  const label = (/** @type {Twin} */ d) => String((list ?? []).indexOf(d) + 1);
  const at = /** @type {any} */ (of.location);
  return html`<section class="twins" aria-labelledby="twins-title"><h3 id="twins-title">${t("inbox_twins")}${list && html`<span class="muted num">${list.length || ""}</span>`}</h3>
    ${wrong && html`<p class="muted">${wrong}</p>`}
    ${list && list.length === 0 && html`<p class="muted">${t("inbox_no_twins")}</p>`}
    ${(list ?? []).length > 0 && html`<div class="twins-of">${at && placed.length > 0 && html`<${Dots} name=${t("inbox_twins_map", { n: placed.length })} middle=${at} choose=${point}
      dots=${placed.map((d) => ({ id: d.case, at: d.location, label: label(d), on: d.case === pointed || d.case === chosen }))} />`}
    <ol>${(list ?? []).map((d) => html`<${OneTwin} key=${d.case} of=${of} twin=${d} label=${label(d)} on=${d.case === pointed || d.case === chosen} merge=${merge} point=${point} />`)}</ol></div>`}
  </section>`;
}
