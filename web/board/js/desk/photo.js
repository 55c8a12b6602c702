// A photo by its id, where no more is known of it.

import { html, useEffect, useState } from "preact";
import { picture } from "../panel/pictures.js";

/**
 * The picture in a size, or the sentence that stands in its place.
 * @param {{id: string, px: 320 | 1600, alt: string}} props
 */
export function Picture({ id, px, alt }) {
  const [got, set] = useState(/** @type {import("../panel/pictures.js").Got} */ ({}));
  useEffect(() => {
    let gone = false;
    set({});
    picture(id, px).then((g) => gone || set(g));
    return () => void (gone = true);
  }, [id, px]);
  if (got.url) return html`<img src=${got.url} alt=${alt} />`;
  return html`<span class="no-photo" role=${got.why ? "img" : null} aria-label=${got.why ? alt : null}>${got.why ?? ""}</span>`;
}
