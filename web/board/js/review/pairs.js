// Before and after, side by side, for each item that was ordered.

import { html } from "preact";
import { Picture } from "../desk/photo.js";
import { photoName } from "../panel/photos.js";
import { timeWord } from "../dates.js";
import { Sign } from "../shapes.js";
import { t } from "../words.js";

/** @typedef {import("../panel/file.js").CaseFile} File */

/** @param {{of: import("../panel/file.js").Photo | undefined, name: string}} props */
const Half = ({ of, name }) => html`<figure class="half">${of ? html`<${Picture} id=${of.id} px=${1600} alt=${photoName(of)} />` : html`<span class="no-photo">${t("review_no_photo")}</span>`}
  <figcaption><b>${name}</b>${of && html`<span class="num muted">${timeWord(of.taken_at)}</span>`}${of?.state === "flagged" && !of.decision && html`<span class="overdue"><${Sign} name="flag" />${t("review_doubted")}</span>`}</figcaption></figure>`;

/** @param {{file: File}} props */
export function BeforeAfter({ file }) {
  const photo = (/** @type {string} */ id) => file.evidence.find((p) => p.id === id);
  const items = file.rectifications.flatMap((r) => (r.items ?? []).map((/** @type {any} */ i) => ({ ...i, key: r.id + i.id })));
  const paired = new Set(items.flatMap((i) => [i.before, i.after]));
  const scenes = file.evidence.filter((p) => !paired.has(p.id) && p.mime.startsWith("image/"));
  return html`${items.length > 0 && html`<section><h3>${t("review_items")}<span class="muted num">${items.length}</span></h3>
      <ol class="ordered">${items.map((i) => html`<li key=${i.key}><p class="ordered-text"><span>${i.text}</span>
          <span class=${i.passed ? "verdict good" : "verdict"}>${i.passed && html`<${Sign} name="check" />`}${t(i.passed ? "review_passed" : "review_not_passed")}</span></p>
        ${(i.before || i.after) && html`<div class="halves"><${Half} of=${photo(i.before)} name=${t("purpose_before")} /><${Half} of=${photo(i.after)} name=${t("purpose_after")} /></div>`}
        ${i.reason && html`<p class="small">${i.reason}</p>`}</li>`)}</ol></section>`}
    ${scenes.length > 0 && html`<section><h3>${t("review_scenes")}<span class="muted num">${scenes.length}</span></h3><ul class="shots">${scenes.map((p) => html`<li key=${p.id}><${Picture} id=${p.id} px=${320} alt=${photoName(p)} /></li>`)}</ul></section>`}`;
}
