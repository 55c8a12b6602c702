// A case is taken from somebody who may be working on it: what that phone may still hold.

import { html, useEffect, useState } from "preact";
import { api } from "../api.js";
import { agoWord, now, timeWord } from "../dates.js";
import { nameOf } from "../people.js";
import { listed, t } from "../words.js";

/** @param {{caseId: string, leavers: string[]}} props leavers: officers of the case who are not any more */
export function Leaving({ caseId, leavers }) {
  const [items, setItems] = useState(/** @type {any[] | null} */ (null));
  useEffect(() => {
    let gone = false;
    api("/api/inspectors?case=" + encodeURIComponent(caseId)).then((r) => gone || setItems(r.items), () => {});
    return () => void (gone = true);
  }, [caseId]);
  if (leavers.length === 0) return null;
  return html`<div class="leaving" role="note"><p><b>${t("leaving", { names: listed(leavers.map(nameOf)) })}</b></p>
    <ul>${leavers.flatMap((id) => (items?.find((i) => i.id === id)?.phones ?? []).map((/** @type {any} */ p) => html`<li key=${p.client} class=${p.unsent > 0 ? "overdue" : ""}>${nameOf(id)}：${said(p)}</li>`))}</ul>
    <p class="small muted">${t("leaving_note")}</p></div>`;
}

/** @param {any} phone */
function said(phone) {
  const ago = phone.last_contact ? agoWord((now() - Date.parse(phone.last_contact)) / 1000) : t("never");
  const unsent = phone.unsent > 0 ? t("phone_unsent", { n: phone.unsent, since: timeWord(phone.oldest_unsent_at) }) : t("phone_clean");
  return t("phone_last", { ago }) + unsent;
}
