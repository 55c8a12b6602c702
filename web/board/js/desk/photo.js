// A photo, asked for with the token, which an <img> cannot send.

import { html, useEffect, useState } from "preact";
import { refusal, session } from "../api.js";
import { timeWord } from "../dates.js";
import { known, t } from "../words.js";

/**
 * The picture in a size, or the sentence that stands in its place.
 * @param {{id: string, px: 320 | 1600, alt: string}} props
 */
export function Photo({ id, px, alt }) {
  const [got, set] = useState({ url: "", why: "" });
  useEffect(() => {
    const stop = new AbortController();
    let url = "";
    const load = async () => {
      const { token } = session.get();
      const res = await fetch(`/api/evidence/${id}/${px}`, { headers: { Authorization: token }, signal: stop.signal });
      if (!res.ok) return set({ url: "", why: (await refusal(res, token)).sentence });
      url = URL.createObjectURL(await res.blob());
      if (stop.signal.aborted) URL.revokeObjectURL(url);
      else set({ url, why: "" });
    };
    set({ url: "", why: "" });
    load().catch(() => stop.signal.aborted || set({ url: "", why: t("offline") }));
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [id, px]);
  if (got.url) return html`<img src=${got.url} alt=${alt} />`;
  return html`<span class="no-photo" role=${got.why ? "img" : null} aria-label=${got.why ? alt : null}>${got.why}</span>`;
}

/** What a photo is called for who cannot see it. @param {import("./casefile.js").Photo} p */
export const called = (p) => [known("desk_photo_" + p.purpose) || t("desk_photo"), p.caption, p.taken_at && timeWord(p.taken_at)].filter(Boolean).join(" · ");
