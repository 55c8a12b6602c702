// One way to ask the server: JSON in and out, the token, and each refusal as a sentence.

import { createStore } from "./store.js";
import { t, zh } from "./words.js";

/**
 * @typedef {{id: string, name: string, email: string, role: string, agency: string, language: string,
 *   scope_from: string, scope_to: string}} User
 * @typedef {{token: string, user: User | null, expired: boolean, disabled: boolean}} Session
 */

const KEPT = "xuncha.session";

/**
 * Who is signed in. expired: the token is of no use any more, what was typed stays on the screen;
 * disabled: because the account was shut.
 */
export const session = createStore(/** @type {Session} */ (kept()));

/** @returns {Session} */
function kept() {
  try {
    const { token, user } = JSON.parse(localStorage.getItem(KEPT) ?? "");
    if (token && user?.id) return { token, user, expired: false, disabled: false };
  } catch {
    // nothing was kept, or nothing that we know
  }
  return { token: "", user: null, expired: false, disabled: false };
}

/** @param {string} token @param {User} user */
function keep(token, user) {
  localStorage.setItem(KEPT, JSON.stringify({ token, user }));
  session.set({ token, user, expired: false, disabled: false });
}

/** What went wrong, in the words of the server where it said any. */
export class Problem extends Error {
  /** @param {{status: number, code: string, title?: string, title_zh?: string, detail?: string, detail_zh?: string, data?: any}} body */
  constructor(body) {
    super(body.code);
    this.status = body.status;
    this.code = body.code;
    this.body = body;
  }

  /** The sentence for a reader. */
  get sentence() {
    if (this.code === "offline") return t("offline");
    const said = zh() ? this.body.title_zh || this.body.title : this.body.title;
    return said || t("problem_unknown", { code: this.code || String(this.status) });
  }

  /** The server has no such address: a part of the house that is not built in. */
  get absent() {
    return this.code === "not_found" || this.code === "method_not_allowed" || this.code === "collection_unknown";
  }
}

/** @param {unknown} err @returns {string} */
export function sentence(err) {
  if (err instanceof Problem) return err.sentence;
  console.error(err);
  return t("problem_unknown", { code: "client" });
}

/**
 * The answer to a request, read as JSON; null where there is no content. Refusals and a lost
 * line are a Problem.
 * @param {string} path
 * @param {{method?: string, body?: any, signal?: AbortSignal, open?: boolean}} [ask] open: without the token
 * @returns {Promise<any>}
 */
export async function api(path, { method = "GET", body, signal, open = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  const { token } = session.get();
  if (token && !open) headers.Authorization = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let res;
  try {
    res = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (err) {
    if (/** @type {any} */ (err)?.name === "AbortError") throw err;
    throw new Problem({ status: 0, code: "offline" });
  }
  if (res.ok) return res.status === 204 ? null : res.json();
  throw await refusal(res, open ? "" : token);
}

/** @param {Response} res @param {string} token the one that was sent @returns {Promise<Problem>} */
export async function refusal(res, token) {
  const said = await res.json().catch(() => ({}));
  if (res.status === 401 && token && token === session.get().token) session.set({ expired: true, disabled: said.code === "disabled" });
  return new Problem({ ...said, status: res.status, code: said.code ?? "" });
}

/** A query string of what is set. @param {Record<string, any>} values */
export function query(values) {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) q.set(name, String(value));
  }
  const text = q.toString();
  return text ? "?" + text : "";
}

/** A new id as the server wants it: time first, then chance. */
export function newId() {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let id = "";
  for (let i = 0, ms = Date.now(); i < 10; i++, ms = Math.floor(ms / 32)) id = digits[ms % 32] + id;
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += digits[byte % 32];
  return id;
}

/** @param {string} identity @param {string} password */
export async function signIn(identity, password) {
  const { token, record } = await api("/api/collections/users/auth-with-password", { method: "POST", body: { identity, password }, open: true });
  keep(token, record);
}

/** A new token for the one that is kept; the user as the server has him now. */
export async function refresh() {
  const { token, record } = await api("/api/collections/users/auth-refresh", { method: "POST" });
  keep(token, record);
}

export function signOut() {
  localStorage.removeItem(KEPT);
  location.assign("/board/"); // nothing of the last user stays in memory
}

addEventListener("storage", (e) => {
  if (e.key !== KEPT) return;
  const now = kept();
  if (now.user?.id !== session.get().user?.id) location.assign("/board/"); // signed out, or another one, in another window
  else session.set(now);
});
