// Parts that all screens are made of: a menu under its button, a dialog, messages.

import { html, useEffect, useLayoutEffect, useRef, useState } from "preact";
import { Sign } from "./shapes.js";
import { createStore, useStore } from "./store.js";
import { t } from "./words.js";

/**
 * A button, and a sheet under it that a click outside or Esc closes. children is called with
 * close.
 * @param {{label: any, name?: string, class?: string, side?: "start" | "end", title?: string, children: any, bare?: boolean,
 *   openRef?: {current: (() => void) | null}}} props
 */
export function Menu({ label, name, class: className = "", side = "start", title, children, bare = false, openRef }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const close = (back = true) => {
    setOpen(false);
    if (back) root.current?.querySelector("button")?.focus();
  };
  if (openRef) openRef.current = () => setOpen(true);
  useEffect(() => {
    if (!open) return;
    const outside = (/** @type {Event} */ e) => {
      if (!root.current?.contains(/** @type {Node} */ (e.target))) close(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector(".sheet [autofocus], .sheet input, .sheet button, .sheet a"))?.focus();
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  const onKeyDown = (/** @type {KeyboardEvent} */ e) => {
    if (e.key === "Escape" && open) {
      e.stopPropagation();
      e.preventDefault();
      close();
    }
    if ((e.key === "ArrowDown" || e.key === "ArrowUp") && open) walk(e, root.current);
  };
  return html`<div class="menu" ref=${root} onKeyDown=${onKeyDown}>
    <button type="button" class=${className} aria-expanded=${open ? "true" : "false"} aria-haspopup="true" aria-label=${name} title=${title}
      onClick=${() => (open ? close() : setOpen(true))}>${label}${!bare && html`<${Sign} name="down" />`}</button>
    ${open && html`<div class=${`sheet ${side}`}>${children(close)}</div>`}
  </div>`;
}

/** The arrows go from one entry of a menu to the next. @param {KeyboardEvent} e @param {HTMLElement | null} root */
function walk(e, root) {
  if (e.target instanceof HTMLSelectElement || (e.target instanceof HTMLInputElement && e.target.type !== "checkbox")) return;
  const all = [.../** @type {NodeListOf<HTMLElement>} */ (root?.querySelectorAll(".sheet button, .sheet input, .sheet a, .sheet select") ?? [])];
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  all[(at + (e.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]?.focus();
  e.preventDefault();
}

/**
 * A dialog over everything; the browser keeps the focus in it and gives it back.
 * @param {{title: any, onClose: () => void, class?: string, children?: any, foot?: any, locked?: boolean, onKeyDown?: (e: KeyboardEvent) => void}} props locked: Esc does nothing
 */
export function Dialog({ title, onClose, class: className = "", children, foot, locked = false, onKeyDown }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const dialog = box.current;
    dialog?.showModal();
    /** @type {HTMLElement | null | undefined} */ (dialog?.querySelector(".body [autofocus], .body input:not([type=hidden]), .body select, .body textarea, footer .main"))?.focus();
    return () => {
      dialog?.close(); // while it is open nothing outside it takes the focus
      if (before?.isConnected) before.focus();
    };
  }, []);
  const cancel = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!locked) onClose();
  };
  return html`<dialog ref=${box} class=${className} aria-labelledby="dialog-title" onCancel=${cancel} onKeyDown=${onKeyDown}
    onClick=${(/** @type {Event} */ e) => e.target === box.current && !locked && onClose()}>
    <div class="frame">
      <header><h2 id="dialog-title">${title}</h2>
        ${!locked && html`<button type="button" class="plain icon" aria-label=${t("close")} onClick=${onClose}><${Sign} name="close" /></button>`}</header>
      <div class="body">${children}</div>
      ${foot && html`<footer>${foot}</footer>`}
    </div>
  </dialog>`;
}

/** @typedef {{id: number, text: string, kind: "said" | "wrong", act?: {label: string, run: () => void}, until: number}} Message */

/** What is said at the foot of the screen for a while. */
export const messages = createStore({ list: /** @type {Message[]} */ ([]) });

let counted = 0;

/**
 * Says something; screen readers are told.
 * @param {string} text
 * @param {{kind?: "said" | "wrong", act?: {label: string, run: () => void}, seconds?: number}} [how]
 * @returns {() => void} takes it away
 */
export function say(text, { kind = "said", act, seconds = kind === "wrong" ? 12 : 5 } = {}) {
  const id = ++counted;
  const end = () => messages.set((m) => ({ list: m.list.filter((x) => x.id !== id) }));
  messages.set((m) => ({ list: [...m.list.slice(-2), { id, text, kind, act, until: Date.now() + seconds * 1000 }] }));
  setTimeout(end, seconds * 1000);
  return end;
}

export function Messages() {
  const list = useStore(messages, (m) => m.list);
  return html`<div class="messages" role="status" aria-live="polite">
    ${list.map((m) => html`<div key=${m.id} class=${`message ${m.kind}`}><span>${m.text}</span>
      ${m.act && html`<button type="button" class="plain" onClick=${m.act.run}>${m.act.label}</button>`}</div>`)}
  </div>`;
}

/** A sentence where something would be: nothing there, not built in, or gone wrong. @param {{children: any, again?: () => void, wrong?: boolean}} props */
export const Quiet = ({ children, again, wrong = false }) => html`<div class=${`quiet-box${wrong ? " wrong" : ""}`} role=${wrong ? "alert" : null}>
  <p>${children}</p>${again && html`<button type="button" onClick=${again}>${t("try_again")}</button>`}
</div>`;
