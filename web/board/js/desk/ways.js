// The way between the views: which of them a role has, as links in the head.

import { html } from "preact";
import { session } from "../api.js";
import { useKey } from "../keys.js";
import { go, href, route } from "../router.js";
import { useStore } from "../store.js";
import { t } from "../words.js";

/** The views of a role; the first is where it begins. @type {Record<string, string[]>} */
const OF = {
  intake: ["cases", "inbox"],
  dispatcher: ["cases", "inbox", "phones"],
  reviewer: ["cases", "review", "inbox"],
  supervisor: ["cases", "supervise", "inbox", "phones"],
  admin: ["admin"],
};

const mine = () => OF[session.get().user?.role ?? ""] ?? ["cases"];

/** Who has no list of cases begins elsewhere. */
export function beginAtHome() {
  const look = () => {
    const [home, ...others] = mine();
    if (session.get().user && home !== "cases" && !others.includes("cases") && route.get().view === "cases") go({ view: home, id: "", query: {} }, { replace: true });
  };
  look();
  route.subscribe(look);
  session.subscribe(look);
}

export function Ways() {
  const user = useStore(session, (s) => s.user);
  const view = useStore(route, (r) => r.view);
  const to = (/** @type {string} */ name) => (mine().includes(name) ? go({ view: name, id: "", query: {} }) : false);
  useKey("go_inbox", () => to("inbox"));
  useKey("go_phones", () => to("phones"));
  useKey("go_list", () => (view === "cases" ? false : to("cases")));
  if (!user) return null;
  return html`<nav class="ways" aria-label=${t("desk_views")}>${mine().map((name) => html`<a key=${name} href=${href({ view: name, id: "", query: {} })}
    aria-current=${view === name ? "page" : null}>${t("desk_view_" + name)}</a>`)}</nav>`;
}
