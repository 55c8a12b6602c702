// The photos of a case: pairs of before and after, all of them by their purpose, and why one
// is doubted.

import { html, useEffect, useState } from "preact";
import { timeWord } from "../dates.js";
import { openFile } from "./file.js";
import { Sign } from "../shapes.js";
import { t } from "../words.js";
import { Compare } from "./compare.js";
import { Part } from "./facts.js";
import { picture } from "./pictures.js";
import { Viewer } from "./viewer.js";

/**
 * @typedef {import("./file.js").CaseFile} CaseFile
 * @typedef {import("./file.js").Photo} Photo
 */

/** A photo in a size, or the sentence that stands in its place. @param {{of: Photo, px: 320 | 1600, alt: string}} props */
export function Picture({ of, px, alt }) {
  const [got, setGot] = useState(/** @type {{url?: string, why?: string}} */ ({}));
  useEffect(() => {
    let gone = false;
    setGot({});
    picture(of.id, px).then((g) => gone || setGot(g));
    return () => void (gone = true);
  }, [of.id, px, of.state]);
  if (got.url) return html`<img src=${got.url} alt=${alt} />`;
  return html`<span class="no-picture">${got.why ?? ""}</span>`;
}

/** What a photo is called for who cannot see it. @param {Photo} p */
export const photoName = (p) => [t("purpose_" + (p.purpose || "scene")), p.caption, timeWord(p.taken_at)].filter(Boolean).join(" · ");

/** @param {Photo} p */
export const isPicture = (p) => p.mime.startsWith("image/");

/** @param {{of: Photo, show: () => void}} props */
const Thumb = ({ of, show }) => html`<li><button type="button" class="thumb" onClick=${show} aria-label=${photoName(of) + (of.state === "flagged" ? " · " + t("doubted") : "")}>
  <${Picture} of=${of} px=${320} alt="" />${of.state === "flagged" && html`<span class="flagged"><${Sign} name="flag" /></span>`}
  <span class="cap">${t("purpose_" + (of.purpose || "scene"))}</span></button></li>`;

/** Items that were to be put right, with their two photos. @param {{of: CaseFile}} props */
export function Pairs({ of }) {
  const photo = (/** @type {string} */ id) => of.evidence.find((p) => p.id === id);
  const items = of.rectifications.flatMap((r) => (r.items ?? []).map((/** @type {any} */ i) => ({ ...i, key: r.id + i.id, before: photo(i.before), after: photo(i.after), deadline: r.deadline })));
  if (items.length === 0) return null;
  return html`<section class="part" aria-labelledby="title-pairs"><div class="part-head"><h3 id="title-pairs">${t("part_pairs")}</h3></div>
    <ul class="pairs">${items.map((i) => html`<li key=${i.key}><p class="pair-text"><span>${i.text}</span>
        <span class=${`mark ${i.passed ? "good" : ""}`}>${t(i.passed ? "item_passed" : i.after ? "item_waits" : "item_open")}</span></p>
      ${i.before && i.after ? html`<${Compare} before=${i.before} after=${i.after} />` : i.before && html`<p class="small muted">${t("only_before")}</p>`}
      ${i.reason && html`<p class="small overdue">${i.reason}</p>`}</li>`)}</ul>
  </section>`;
}

/** @param {{of: CaseFile}} props */
export function PhotosOf({ of }) {
  const [at, setAt] = useState(-1);
  const photos = of.evidence.filter(isPicture);
  const doubted = photos.filter((p) => p.state === "flagged" && !p.decision).length;
  return html`<${Part} id="photos" title=${t("part_photos")} more=${html`<span class="muted small num">${photos.length > 0 && t("photos_number", { n: photos.length })}${doubted > 0 && html` · <span class="overdue">${t("doubted_number", { n: doubted })}</span>`}</span>`}>
    ${photos.length === 0 ? html`<p class="muted">${t("no_photos")}</p>` : html`<ul class="thumbs">${photos.map((p, i) => html`<${Thumb} key=${p.id} of=${p} show=${() => setAt(i)} />`)}</ul>`}
    ${at >= 0 && photos[at] && html`<${Viewer} photos=${photos} at=${at} go=${setAt} of=${of} changed=${() => openFile(of.case.id)} />`}
  </${Part}>`;
}
