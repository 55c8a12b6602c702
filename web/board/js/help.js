// The sheet of keys, made of the one table.

import { html } from "preact";
import { KEYS, keys, switchKeys } from "./keys.js";
import { Dialog } from "./parts.js";
import { useStore } from "./store.js";
import { t } from "./words.js";

const GROUPS = /** @type {const} */ (["anywhere", "list", "case", "map", "go"]);

/** How a key is written on its cap. @param {string} key */
const cap = (key) => ({ Escape: "Esc", Enter: "↵" })[key] ?? key;

export function KeysSheet() {
  const { on } = useStore(keys, (k) => k);
  return html`<${Dialog} title=${t("keys_title")} onClose=${() => keys.set({ help: false })} class="keys-dialog">
    <div class="keys">${GROUPS.map((group) => html`<section key=${group}>
      <h3>${t("keys_" + group)}</h3>
      <dl>${KEYS.filter((k) => k.group === group).map((k) => html`<div key=${k.id}>
        <dt>${k.keys.map((key, i) => html`${i > 0 && html`<span class="muted"> ${t("keys_then")} </span>`}<kbd>${cap(key)}</kbd>`)}</dt>
        <dd>${t("key_" + k.id)}</dd></div>`)}</dl>
    </section>`)}</div>
    <label class="check"><input type="checkbox" checked=${on} onChange=${(/** @type {any} */ e) => switchKeys(e.target.checked)} />
      <span>${t("keys_on")}</span></label>
  </${Dialog}>`;
}
