// News from the server: server-sent events read by fetch, so that the token goes in the header.
// A line that breaks is mended by itself, later each time, and the reader is told.

import { createStore } from "./store.js";
import { refusal, session } from "./api.js";

/**
 * state: off (nobody is signed in), connecting, open, lost (mending), absent (no such thing on
 * this server). since is when it was lost, ms.
 */
export const line = createStore({ state: "off", since: 0 });

const SILENCE = 45_000; // ms; the server says something each 15 s
const LONGEST = 30_000; // ms between two tries
const POLL = 60_000; // ms between two looks where there is no stream

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();

/**
 * Listens to an event: hello, cases, inbox, phones, reload; and "again", when what is shown may
 * be old and should be asked for anew.
 * @param {string} name
 * @param {(data: any) => void} hear
 * @returns {() => void} ends it
 */
export function listen(name, hear) {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(hear));
  return () => void set.delete(hear);
}

/** Tells all who listen; one that fails keeps nothing from the others, nor breaks the line. @param {string} name @param {any} [data] */
export function tell(name, data = {}) {
  for (const hear of [...(listeners.get(name) ?? [])]) {
    try {
      hear(data);
    } catch (err) {
      reportError(err);
    }
  }
}

let version = "";
/** Of the user, as the server tells it: an unknown word that is another when the range is another. */
let scope = "";
let tries = 0;
/** @type {AbortController | null} */
let current = null;
/** @type {number | undefined} */
let timer;

/** Begins, or begins anew at once. */
export function connect() {
  clearTimeout(timer);
  current?.abort();
  if (!session.get().token || session.get().user?.role === "admin") return line.set({ state: "off" }); // an administrator sees no cases
  current = new AbortController();
  run(current).catch((err) => console.error(err));
}

/** @param {AbortController} mine */
async function run(mine) {
  if (line.get().state !== "lost") line.set({ state: "connecting" });
  const { token } = session.get();
  let watchdog = setTimeout(() => mine.abort(), SILENCE);
  try {
    const address = "/api/cases/stream" + (version ? "?since=" + encodeURIComponent(version) : "");
    const res = await fetch(address, { headers: { Authorization: token, Accept: "text/event-stream" }, signal: mine.signal });
    if (!res.ok || !res.body) {
      if ([403, 404, 405].includes(res.status)) return absent(mine);
      throw await refusal(res, token);
    }
    const again = line.get().state === "lost";
    line.set({ state: "open", since: 0 });
    if (again && !version) tell("again");
    const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = parser();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      tries = 0;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => mine.abort(), SILENCE);
      for (const event of parse(part.value)) hear(event);
    }
  } catch (err) {
    const status = /** @type {any} */ (err)?.status;
    if (status === 401) return line.set({ state: "off" });
    if (status === 503 && line.get().state === "connecting" && mine === current) return later(); // it is being made ready
  } finally {
    clearTimeout(watchdog);
  }
  if (mine === current) lost();
}

function lost() {
  line.set((l) => ({ state: "lost", since: l.since || Date.now() }));
  later();
}

function later() {
  const wait = Math.min(LONGEST, 1000 * 2 ** tries++);
  timer = setTimeout(connect, wait / 2 + (Math.random() * wait) / 2);
}

/** No stream here, or nothing that lets one through: look each minute, while somebody looks at the page, also for a stream. @param {AbortController} mine */
function absent(mine) {
  if (mine !== current) return;
  line.set({ state: "absent" });
  const look = () => {
    if (mine !== current) return;
    if (document.visibilityState !== "visible") return void (timer = setTimeout(look, POLL));
    tell("again");
    connect();
  };
  timer = setTimeout(look, POLL);
}

/** @param {{name: string, data: string}} event */
function hear({ name, data }) {
  let told;
  try {
    told = data ? JSON.parse(data) : {};
  } catch {
    return; // not for us
  }
  // What the server tells first is where it stands; what we missed comes after that.
  if (told.version !== undefined && (name !== "hello" || version === "")) version = String(told.version);
  tell(name === "reload" ? "again" : name, told);
  if (name !== "hello" || told.scope === undefined) return;
  const moved = scope !== "" && scope !== String(told.scope);
  scope = String(told.scope);
  if (moved) tell("again");
}

/** Reads events out of pieces of text, wherever those are cut. @returns {(text: string) => {name: string, data: string}[]} */
export function parser() {
  let rest = "";
  let name = "message";
  /** @type {string[]} */
  let data = [];
  return (text) => {
    const events = [];
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const l of lines) {
      if (l === "") {
        if (data.length > 0 || name !== "message") events.push({ name, data: data.join("\n") });
        [name, data] = ["message", []];
      } else if (l.startsWith("event:")) name = l.slice(6).trim();
      else if (l.startsWith("data:")) data.push(l.slice(5).replace(/^ /, ""));
    }
    return events;
  };
}

session.subscribe((now) => {
  if (now.expired) {
    current?.abort();
    current = null;
    line.set({ state: "off" });
  } else if (line.get().state === "off") connect();
});
addEventListener("online", connect);
addEventListener("offline", () => current?.abort());
