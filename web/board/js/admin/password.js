// A password that nobody thought of, shown once.

import { html, useRef, useState } from "preact";
import { Dialog } from "../parts.js";
import { t } from "../words.js";

/** Without what looks alike: no 0 and o, no 1 and l. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const EACH = 4; // letters of a group: 80 bits in all

/** Four groups of four letters, 80 bits. */
export function newPassword() {
  const bytes = crypto.getRandomValues(new Uint8Array(GROUPS * EACH));
  const letters = [...bytes].map((b) => LETTERS[b % LETTERS.length]);
  return Array.from({ length: GROUPS }, (_, i) => letters.slice(i * EACH, (i + 1) * EACH).join("")).join("-");
}

/** @param {{name: string, email: string, password: string, note?: any, onClose: () => void}} props */
export function ShowOnce({ name, email, password, note, onClose }) {
  const [copied, setCopied] = useState(false);
  const code = useRef(/** @type {HTMLElement | null} */ (null));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(password);
      setCopied(true);
    } catch { // no clipboard without https: it is marked, Ctrl+C takes it
      if (code.current) getSelection()?.selectAllChildren(code.current);
    }
  };
  return html`<${Dialog} title=${t("admin_password_of", { name })} class="small-dialog" onClose=${onClose} locked foot=${html`<button type="button" onClick=${copy}>${t(copied ? "admin_copied" : "admin_copy")}</button><button type="button" class="main" onClick=${onClose}>${t("admin_noted")}</button>`}>
    <div class="stack"><p>${t("admin_password_once")}</p><dl class="traits"><div><dt>${t("email")}</dt><dd>${email}</dd></div><div><dt>${t("password")}</dt><dd><code class="secret" ref=${code} tabindex="0">${password}</code></dd></div></dl>${note && html`<p class="small muted">${note}</p>`}</div>
  </${Dialog}>`;
}
