// What I can do with the case, at the foot of its file: one main button, the others beside it.

import { html, useState } from "preact";
import { Assign } from "../assign/assign.js";
import { useKey } from "../keys.js";
import { Menu } from "../parts.js";
import { Sign } from "../shapes.js";
import { actionWord, t } from "../words.js";
import { admitted, mayDo } from "./admitted.js";
import { readFile } from "./file.js";
import { ActionForm } from "./form.js";

/** How an action is called on a button: to assign again is another thing for a reader. @param {string} name @param {import("./file.js").CaseFile} of */
const verb = (name, of) => (name === "assign" && (of.case.inspectors ?? []).length > 0 && of.case.status !== "reopened" ? t("reassign") : name === "star" && of.case.starred ? t("unstar") : actionWord(name));

/** @param {{of: import("./file.js").CaseFile, gone: boolean}} props gone: nothing more is done to it; what is being written stays */
export function Actions({ of, gone }) {
  const [doing, setDoing] = useState("");
  const { main, rest } = gone ? { main: "", rest: /** @type {string[]} */ ([]) } : admitted(of);
  useKey("assign", () => (!gone && mayDo("assign", of) ? setDoing("assign") : false));
  useKey("note", () => (!gone && mayDo("note", of) ? setDoing("note") : false));
  const close = () => setDoing("");
  const done = () => {
    close();
    readFile();
  };
  const beside = ["assign", "note"].filter((name) => rest.includes(name));
  const menu = rest.filter((name) => !beside.includes(name));
  return html`<footer class="panel-foot" aria-label=${t("actions")}>
    ${main && html`<button type="button" class="main" onClick=${() => setDoing(main)}>${verb(main, of)}</button>`}
    ${beside.map((name) => html`<button type="button" key=${name} onClick=${() => setDoing(name)}>${verb(name, of)}</button>`)}
    <span class="grow"></span>
    ${menu.length > 0 && html`<${Menu} class="plain" side="end" label=${t("more")}>${(/** @type {(back?: boolean) => void} */ end) =>
      menu.map((name) => html`<button type="button" key=${name} class="entry" onClick=${() => { end(false); setDoing(name); }}>${verb(name, of)}</button>`)}</${Menu}>`}
    ${!main && rest.length === 0 && html`<span class="muted small"><${Sign} name="eye" /> ${t("only_reading")}</span>`}
    ${doing === "assign" ? html`<${Assign} of=${of} onClose=${close} done=${done} />` : doing && html`<${ActionForm} key=${doing} name=${doing} of=${of} onClose=${close} done=${done} />`}
  </footer>`;
}
