// Views: the usual ones, and those that the reader gave a name. A view is filters and an order.

import { html, useEffect, useState } from "preact";
import { api, newId, Problem, query as queryString, sentence, session } from "./api.js";
import { Menu, say } from "./parts.js";
import { go } from "./router.js";
import { Sign } from "./shapes.js";
import { createStore, useStore } from "./store.js";
import { t } from "./words.js";

/** @typedef {{id: string, name: string, query: string}} Saved */

/** The reader's own; null where this server keeps none. */
const own = createStore({ list: /** @type {Saved[] | null} */ (null) });

const ADDRESS = "/api/collections/saved_views/records";

async function loadOwn() {
  try {
    own.set({ list: (await api(ADDRESS + queryString({ perPage: 200, sort: "name" }))).items });
  } catch (err) {
    if (!(err instanceof Problem)) throw err;
  }
}

/** @type {{name: string, query: Record<string, string>}[]} */
const USUAL = [
  { name: "view_active", query: {} },
  { name: "view_triage", query: { status: "registered", sort: "received_at" } },
  { name: "view_to_assign", query: { status: "accepted,reopened" } },
  { name: "view_field", query: { status: "assigned,inspecting,rectifying,verifying" } },
  { name: "view_replying", query: { status: "verified,replying" } },
  { name: "view_late", query: { overdue: "true" } },
  { name: "view_stage", query: { status: "stage_closed" } },
  { name: "view_closed", query: { status: "closed", sort: "-received_at" } },
];

/** @param {Record<string, string>} q */
const canonical = (q) => new URLSearchParams(Object.entries(q).filter(([, v]) => v).sort(([a], [b]) => (a < b ? -1 : 1))).toString();

/** @param {{query: Record<string, string>, close: () => void}} props */
function Keep({ query, close }) {
  const [name, setName] = useState("");
  const keep = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await api(ADDRESS, { method: "POST", body: { id: newId(), user: session.get().user?.id, name: name.trim(), query: canonical(query) } });
      await loadOwn();
      close();
    } catch (err) {
      say(sentence(err), { kind: "wrong" });
    }
  };
  return html`<form class="keep" onSubmit=${keep}><input aria-label=${t("view_name")} placeholder=${t("view_name")} maxlength="40" required value=${name} onInput=${(/** @type {any} */ e) => setName(e.target.value)} />
    <button type="submit">${t("save")}</button></form>`;
}

/** The keyboard goes to the first of those that are left. @param {Saved} view @param {Element | null} sheet */
async function forget(view, sheet) {
  try {
    await api(`${ADDRESS}/${view.id}`, { method: "DELETE" });
  } catch (err) {
    say(sentence(err), { kind: "wrong" });
  }
  await loadOwn();
  /** @type {HTMLElement | null | undefined} */ (sheet?.querySelector(".entry"))?.focus();
}

/** @param {{query: Record<string, string>}} props */
export function SavedViews({ query }) {
  const list = useStore(own, (o) => o.list);
  useEffect(() => void loadOwn(), []);
  const now = canonical(query);
  const usual = USUAL.find((v) => canonical(v.query) === now);
  const mine = list?.find((v) => v.query === now);
  const show = (/** @type {Record<string, string>} */ q, /** @type {() => void} */ close) => {
    close();
    go({ view: "cases", query: q });
  };
  return html`<${Menu} class="plain view" label=${html`<b>${usual ? t(usual.name) : mine ? mine.name : t("view_own")}</b>`} name=${`${t("views")} ${usual ? t(usual.name) : mine ? mine.name : t("view_own")}`}>
    ${(/** @type {() => void} */ close) => html`<div class="group">${USUAL.map((v) => html`<button type="button" key=${v.name} class="entry" aria-current=${v === usual ? "true" : null}
        onClick=${() => show(v.query, close)}>${t(v.name)}${v === usual && html`<${Sign} name="check" />`}</button>`)}</div>
      ${list && list.length > 0 && html`<div class="group">${list.map((v) => html`<div class="own" key=${v.id}>
        <button type="button" class="entry" aria-current=${v === mine ? "true" : null} onClick=${() => show(Object.fromEntries(new URLSearchParams(v.query)), close)}>${v.name}${v === mine && html`<${Sign} name="check" />`}</button>
        <button type="button" class="plain icon" aria-label=${t("view_forget", { name: v.name })} onClick=${(/** @type {any} */ e) => forget(v, e.currentTarget.closest(".sheet"))}><${Sign} name="close" /></button></div>`)}</div>`}
      ${list && !usual && !mine && html`<div class="group"><${Keep} query=${query} close=${close} /></div>`}`}
  </${Menu}>`;
}
