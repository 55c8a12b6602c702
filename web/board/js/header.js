// The head of the board: search, what waits, language, theme, who is signed in.

import { html, useEffect, useRef, useState } from "preact";
import { api, Problem, session, signOut } from "./api.js";
import { keys, useKey } from "./keys.js";
import { Ways } from "./desk/ways.js";
import { Menu } from "./parts.js";
import { go, href, route } from "./router.js";
import { Sign } from "./shapes.js";
import { createStore, useStore } from "./store.js";
import { listen } from "./stream.js";
import { chooseTheme, theme } from "./theme.js";
import { language, speak, t, word } from "./words.js";
import { hasView } from "./views.js";

/** What waits, by queue, as the server counts it; null where it does not. */
export const inbox = createStore({ counts: /** @type {Record<string, number> | null} */ (null) });

export async function countInbox() {
  if (session.get().user?.role === "admin") return; // nothing of a case waits for him
  try {
    inbox.set({ counts: (await api("/api/dispatch/inbox")).counts });
  } catch (err) {
    if (err instanceof Problem && (err.absent || err.status === 403)) inbox.set({ counts: null });
  }
}

listen("inbox", (told) => told.counts && inbox.set({ counts: told.counts }));
listen("again", countInbox);

/** Queues that are a filter of the list; the others have a view of their own. @type {Record<string, Record<string, string>>} */
const FILTERS = {
  triage: { status: "registered" },
  overdue: { overdue: "true" },
  due_soon: { due_soon: "true" },
  replying: { status: "replying" },
};

/** In the order of the day's work. */
const SHOWN = ["triage", "held", "overdue", "replying", "phones"];

/** @param {string} queue @returns {string} where a count leads, "" for nowhere */
function target(queue) {
  if (queue === "phones") return hasView("phones") ? href({ view: "phones", id: "", query: {} }) : "";
  if (queue === "replying" && session.get().user?.role === "reviewer") return href({ view: "review", id: "", query: {} });
  if (hasView("inbox")) return href({ view: "inbox", id: queue, query: {} });
  return FILTERS[queue] ? href({ view: "cases", id: "", query: FILTERS[queue] }) : "";
}

function Counts() {
  const counts = useStore(inbox, (i) => i.counts);
  useEffect(() => void countInbox(), []);
  if (!counts) return null;
  return html`<nav class="counts" aria-label=${t("inbox")}>${SHOWN.filter((q) => counts[q] !== undefined).map((q) => {
    const waiting = q === "held" ? counts.held + (counts.review ?? 0) : counts[q];
    const text = html`<span>${t("queue_" + q)}</span><b>${q === "phones" ? `${counts.phones_total - waiting}/${counts.phones_total}` : waiting}</b>`;
    const kind = waiting === 0 ? (q === "phones" ? "" : "none") : q === "overdue" || q === "phones" ? "overdue" : "";
    const to = target(q);
    return to ? html`<a key=${q} class=${kind} href=${to}>${text}</a>` : html`<span key=${q} class=${kind}>${text}</span>`;
  })}</nav>`;
}

function Search() {
  const q = useStore(route, (r) => r.query.q ?? "");
  const [typed, setTyped] = useState(q);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(/** @type {number | undefined} */ (undefined));
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(q);
  }, [q]);
  useKey("search", () => input.current?.select());
  const look = (/** @type {string} */ text, wait = 250) => {
    setTyped(text);
    clearTimeout(timer.current);
    const ask = () => go({ view: "cases", query: { ...route.get().query, q: text.trim() } }, { replace: Boolean(q) });
    timer.current = setTimeout(ask, wait);
  };
  return html`<form class="search" role="search" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); look(typed, 0); }}>
    <${Sign} name="search" />
    <input ref=${input} type="search" aria-label=${t("search")} placeholder=${t("search_hint")} value=${typed}
      onInput=${(/** @type {any} */ e) => look(e.target.value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === "Escape" && (typed ? look("", 0) : input.current?.blur())} />
    <kbd aria-hidden="true">/</kbd>
  </form>`;
}

/** @param {{user: import("./api.js").User}} props */
function UserMenu({ user }) {
  const choice = useStore(theme, (s) => s.choice);
  const themes = /** @type {[string, string][]} */ ([["", "theme_system"], ["light", "theme_light"], ["dark", "theme_dark"]]);
  return html`<${Menu} class="plain" side="end" name=${t("user_menu", { name: user.name })} label=${html`<${Sign} name="user" /><span>${user.name}</span>`}>
    ${(/** @type {() => void} */ close) => html`<div class="person"><b>${user.name}</b><span class="muted small">${word("role", user.role)}</span><span class="muted small">${user.email}</span></div>
      <div class="group" role="group" aria-label=${t("theme")}>${themes.map(([value, name]) => html`<button type="button" class="entry" aria-pressed=${choice === value ? "true" : "false"}
        onClick=${() => chooseTheme(value)}>${t(name)}${choice === value && html`<${Sign} name="check" />`}</button>`)}</div>
      <div class="group"><button type="button" class="entry" onClick=${() => { close(); keys.set({ help: true }); }}>${t("keys_title")}<kbd>?</kbd></button></div>
      <div class="group"><button type="button" class="entry" onClick=${signOut}>${t("sign_out")}<${Sign} name="out" /></button></div>`}
  </${Menu}>`;
}

export function Header() {
  const user = useStore(session, (s) => s.user);
  const lang = useStore(language, (l) => l.code);
  const dark = useStore(theme, (s) => s.dark);
  return html`<header class="top">
    <a class="brand" href="/board/"><img src="/board/icon.svg" alt="" width="28" height="28" /><b>Xuncha</b><span lang="zh-CN">巡查</span></a>
    <${Ways} />
    ${user?.role !== "admin" && html`<${Search} />`}
    <${Counts} />
    <div class="tools">
      <button type="button" class="plain" lang=${lang === "en" ? "zh-CN" : "en"} title=${lang === "en" ? "切换为中文" : "Switch to English"}
        onClick=${() => speak(lang === "en" ? "zh-CN" : "en")}>${lang === "en" ? "中文" : "EN"}</button>
      <button type="button" class="plain icon" aria-label=${t(dark ? "to_light" : "to_dark")} title=${t(dark ? "to_light" : "to_dark")}
        onClick=${() => chooseTheme(dark ? "light" : "dark")}><${Sign} name=${dark ? "light" : "dark"} /></button>
      ${user && html`<${UserMenu} user=${user} />`}
    </div>
  </header>`;
}
