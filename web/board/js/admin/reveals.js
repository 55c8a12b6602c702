// Who asked who complained: the log, the latest first.

import { html, useEffect, useState } from "preact";
import { api, query, sentence } from "../api.js";
import { Nothing } from "../desk/nothing.js";
import { timeWord } from "../dates.js";
import { Quiet } from "../parts.js";
import { agencyName } from "../people.js";
import { t, word } from "../words.js";

export function Reveals() {
  const [page, setPage] = useState(1);
  const [got, set] = useState({ items: /** @type {any[]} */ ([]), more: false, wrong: "", ready: false });
  useEffect(() => {
    let gone = false;
    api("/api/reveals" + query({ page })).then((told) => gone || set({ items: told.items, more: told.more, wrong: "", ready: true }), (err) => gone || set((g) => ({ ...g, wrong: sentence(err), ready: true })));
    return () => void (gone = true);
  }, [page]);
  return html`<header class="view-head"><h1>${t("admin_part_reveals")}</h1><span class="muted small">${t("admin_reveals_note")}</span></header>
    ${got.wrong ? html`<${Quiet} wrong>${got.wrong}</${Quiet}>` : got.ready && got.items.length === 0 ? html`<${Nothing} title=${t("admin_no_reveals")}>${t("admin_no_reveals_more")}</${Nothing}>`
      : html`<div class="table-box"><table class="table"><thead><tr>${["at", "who", "of", "why"].map((c) => html`<th key=${c} scope="col">${t("admin_reveal_" + c)}</th>`)}</tr></thead>
        <tbody>${got.items.map((r) => html`<tr key=${r.id}><td class="num">${timeWord(r.at)}</td><th scope="row"><b>${r.actor_name || t("colleague")}</b><span class="small muted">${word("role", r.actor_role)}${r.agency && ` · ${agencyName(r.agency)}`}</span></th><td class="num">${r.number}</td><td class="grows">${r.reason}</td></tr>`)}</tbody></table>
        ${(page > 1 || got.more) && html`<nav class="pages" aria-label=${t("desk_pages")}><button type="button" disabled=${page <= 1} onClick=${() => setPage(page - 1)}>${t("desk_page_before")}</button><span class="num">${page}</span><button type="button" disabled=${!got.more} onClick=${() => setPage(page + 1)}>${t("desk_page_next")}</button></nav>`}</div>`}`;
}
