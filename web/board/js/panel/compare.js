// Before and after, one over the other, with an edge between them that is moved by hand or by
// the arrow keys.

import { html, useLayoutEffect, useRef, useState } from "preact";
import { timeWord } from "../dates.js";
import { t } from "../words.js";
import { photoName, Picture } from "./photos.js";

/** @param {{before: import("./file.js").Photo, after: import("./file.js").Photo}} props */
export function Compare({ before, after }) {
  const [share, setShare] = useState(50);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => box.current?.style.setProperty("--share", share + "%"), [share]);
  return html`<figure class="compare" ref=${box}>
    <div class="after"><${Picture} of=${after} px=${1600} alt=${photoName(after)} /></div>
    <div class="before"><${Picture} of=${before} px=${1600} alt=${photoName(before)} /></div>
    <span class="edge" aria-hidden="true"></span>
    <input type="range" min="0" max="100" value=${share} aria-label=${t("compare")} aria-valuetext=${t("compare_share", { n: share })}
      onInput=${(/** @type {any} */ e) => setShare(Number(e.target.value))} />
    <figcaption><span>${t("purpose_before")} <span class="num">${timeWord(before.taken_at)}</span></span><span>${t("purpose_after")} <span class="num">${timeWord(after.taken_at)}</span></span></figcaption>
  </figure>`;
}
