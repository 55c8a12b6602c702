// What the address says: which view, which case, which filters. A reload shows the same.

import { createStore } from "./store.js";

/**
 * @typedef {{view: string, id: string, query: Record<string, string>}} Route
 * view is cases, inbox or phones; id the case of the panel, or the queue of the inbox.
 */

/** @param {string[]} parts @returns {string[]} a view that is nowhere, where they are malformed */
function decoded(parts) {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return ["nowhere"];
  }
}

/** @returns {Route} */
function read() {
  const [view = "", id = ""] = decoded(location.pathname.replace(/^\/board\/?/, "").split("/"));
  return { view: view || "cases", id, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

export const route = createStore(read());

/** The address of a route. @param {Partial<Route>} to members that are left out stay as they are */
export function href(to) {
  const { view, id, query } = { ...route.get(), ...to };
  const q = new URLSearchParams();
  for (const name of Object.keys(query).sort()) if (query[name]) q.set(name, query[name]);
  const path = "/board/" + (view === "cases" && !id ? "" : `${view}${id ? "/" + encodeURIComponent(id) : ""}`);
  const search = q.toString().replaceAll("%2C", ",");
  return path + (search ? "?" + search : "");
}

/** Goes there. @param {Partial<Route>} to @param {{replace?: boolean}} [how] replace: no step for "back" */
export function go(to, { replace = false } = {}) {
  const address = href(to);
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  route.set(read());
}

/** Shows the file of a case, with the list as it is. @param {string} id */
export const openCase = (id) => go({ view: "cases", id });

export const closeCase = () => go({ view: "cases", id: "" });

addEventListener("popstate", () => route.set(read()));

// A link to a view of the board changes the view; all else a browser does by itself.
document.addEventListener("click", (e) => {
  const link = /** @type {Element} */ (e.target).closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || link.target) return;
  if (link.origin !== location.origin || !link.pathname.startsWith("/board/") || link.hash) return;
  e.preventDefault();
  if (link.pathname + link.search === location.pathname + location.search) return;
  history.pushState(null, "", link.href);
  route.set(read());
});
