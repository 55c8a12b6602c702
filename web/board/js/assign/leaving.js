// A case is taken from somebody who may be working on it: what that phone may still hold.

import { html, useEffect, useState } from "preact";
import { api, query, sentence } from "../api.js";
import { agoWord, now, timeWord } from "../dates.js";
import { nameOf } from "../people.js";
import { listed, t } from "../words.js";

/** @param {{of?: string, leavers: string[]}} props of: the case, for who may be sent from elsewhere; leavers: officers of whom something is taken */
export function Leaving({ of = "", leavers }) {
  const [items, setItems] = useState(/** @type {any[] | null} */ (null));
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let gone = false;
    api("/api/inspectors" + query({ case: of })).then((r) => gone || setItems(r.items), (err) => gone || setWrong(sentence(err)));
    return () => void (gone = true);
  }, [of]);
  if (leavers.length === 0) return null;
  return html`<div class="leaving" role="note"><p><b>${t("leaving", { names: listed(leavers.map(nameOf)) })}</b></p>
    ${wrong ? html`<p class="overdue">${wrong}</p>` : items && html`<ul>${leavers.flatMap((id) => phonesOf(items, id).map((p) => html`<li key=${id + p.client} class=${p.unsent > 0 || !p.client ? "overdue" : ""}>${t("label_value", { label: nameOf(id), value: said(p) })}</li>`))}</ul>`}
    <p class="small muted">${t("leaving_note")}</p></div>`;
}

/** Somebody's phones; one of which nothing is known, where there is none. @param {any[]} items @param {string} id @returns {any[]} */
function phonesOf(items, id) {
  const phones = items.find((i) => i.id === id)?.phones ?? [];
  return phones.length > 0 ? phones : [{ client: "" }];
}

/** @param {any} phone */
function said(phone) {
  if (!phone.client) return t("phone_unknown");
  const ago = phone.last_contact ? agoWord((now() - Date.parse(phone.last_contact)) / 1000) : t("never");
  const unsent = phone.unsent > 0 ? t("phone_unsent", { n: phone.unsent, since: timeWord(phone.oldest_unsent_at) }) : t("phone_clean");
  return t("phone_last", { ago }) + unsent;
}
