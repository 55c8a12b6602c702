// Another case, found by its number or its words.

import { html, useEffect, useState } from "preact";
import { api, query } from "../api.js";
import { Status } from "../shapes.js";
import { t } from "../words.js";

/** @param {{label: string, value: string, set: (id: string) => void, without: string}} props */
export function CasePicker({ label, value, set, without }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    if (text.trim().length < 2) return setFound([]);
    const stop = new AbortController();
    const wait = setTimeout(() => api("/api/cases" + query({ q: text.trim(), per_page: 8 }), { signal: stop.signal })
      .then(({ items }) => setFound(items.filter((/** @type {any} */ c) => c.id !== without)), () => {}), 250);
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [text]);
  return html`<fieldset class="field"><legend>${label}</legend>
    <input type="search" aria-label=${t("search")} placeholder=${t("search_hint")} value=${text} required=${!value} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <ul class="found-cases">${found.map((c) => html`<li key=${c.id}><label class="check"><input type="radio" name="case" checked=${value === c.id} onChange=${() => set(c.id)} />
      <span><${Status} status=${c.status} late=${c.overdue} /> <b class="num">${c.number}</b> ${c.title}</span></label></li>`)}</ul></fieldset>`;
}
