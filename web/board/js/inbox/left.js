// What is looked at, as a screen with a queue shows it; where somebody else decided it meanwhile,
// that is said above it. What was typed stays below, to be read and copied.

import { html, useEffect, useState } from "preact";
import { api } from "../api.js";
import { news } from "../caselist.js";
import { Over } from "../desk/decision.js";
import { knownName, loadPeople } from "../people.js";
import { actionWord, t } from "../words.js";
import { moveOn } from "./queue.js";

/** @typedef {import("./queue.js").Entry} Entry */

/** A user's name, also of one who is new; "" of whom the reader may not know. @param {string} id */
async function named(id) {
  if (!knownName(id)) await loadPeople();
  return knownName(id);
}

/** Who did what, in words. @param {Entry} entry @returns {Promise<string>} */
async function told(entry) {
  if (typeof entry.case === "string") {
    const { decided_by: by } = await api("/api/held/" + encodeURIComponent(entry.id));
    return by ? t("inbox_left_held", { who: (await named(by)) || t("somebody") }) : "";
  }
  const just = news.get().of.get(entry.case.id); // names also whom the reader may not know
  const file = await api("/api/cases/" + encodeURIComponent(entry.case.id));
  const last = file.actions.findLast((/** @type {any} */ a) => a.outcome === "applied");
  if (!last) return "";
  const who = (just?.action === last.name && just?.by_name) || (last.actor_kind === "user" && (await named(last.actor))) || t("somebody");
  return t("inbox_left_case", { who, what: actionWord(last.name) });
}

/** @param {{of: Entry, last: boolean}} props last: nothing else waits */
function Left({ of, last }) {
  const [said, say] = useState("");
  useEffect(() => void told(of).then((text) => say(text || t("inbox_left")), () => say(t("inbox_left"))), [of.id]); // it may be nobody's to read any more
  return html`<div class="left-note" role="alert">${said && html`<p><b>${said}</b><span>${t("inbox_left_typed")}</span></p><button type="button" onClick=${moveOn}>${t(last ? "inbox_left_end" : "inbox_left_next")}</button>`}</div>`;
}

/** @param {{q: import("./queue.js").Queue, entry: Entry, label: string, children: any}} props */
export function Looked({ q, entry, label, children }) {
  const left = q.left?.entry.id === entry.id;
  return html`<div class="matter-box">${left && html`<${Left} of=${entry} last=${q.items.length === 0} />`}
    <${Over.Provider} value=${left}><section class="matter" aria-label=${label}>${children}</section></${Over.Provider}></div>`;
}
