// The form of a decision: its fields, why it was refused, and one verb.

import { createContext, html, useContext } from "preact";
import { useSend } from "../post.js";
import { t } from "../words.js";

/** Whether what is decided about was decided by somebody else; nothing is sent then. */
export const Over = createContext(false);

/**
 * Ctrl+Enter sends from any field. done is called with the answer once it was taken.
 * @param {{verb: string, run: () => Promise<any>, done: (got: any) => void, ready?: boolean, beside?: any, children?: any, name?: string}} props
 * ready: whether what is needed is there; beside: buttons beside the verb
 */
export function Decision({ verb, run, done, ready = true, beside, children, name }) {
  const { busy, wrong, send } = useSend();
  const over = useContext(Over);
  const onSubmit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (busy || over || !ready) return;
    const taken = await send(run);
    if (taken) done(taken.got);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) /** @type {HTMLFormElement} */ (e.currentTarget).requestSubmit();
  };
  return html`<form class="decide" aria-label=${name ?? verb} onSubmit=${onSubmit} onKeyDown=${onKeyDown}>
    ${children}
    <p class="wrong" role="alert">${wrong}</p>
    <div class="decide-foot">${beside}<button type="submit" class="main" disabled=${busy || over || !ready}>${busy ? t("sending") : verb}</button></div>
  </form>`;
}

/**
 * One of a few: a row of buttons that say what is chosen.
 * @param {{label: string, options: [string, string][], value: string, set: (value: string) => void}} props
 */
export const Ways = ({ label, options, value, set }) => html`<div class="choices" role="group" aria-label=${label}>
  ${options.map(([code, text]) => html`<button type="button" key=${code} aria-pressed=${value === code ? "true" : "false"} onClick=${() => set(code)}>${text}</button>`)}
</div>`;
