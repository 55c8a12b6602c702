// What is selected, and what can be done with all of it.

import { html, useState } from "preact";
import { session } from "../api.js";
import { useKey } from "../keys.js";
import { clearSelection, selection } from "../selection.js";
import { useStore } from "../store.js";
import { t } from "../words.js";
import { AssignMany, Propose } from "./many.js";
import { useUndo } from "./send.js";

const MOST = 500; // cases of one plan

export function SelectionBar() {
  const { ids, note } = useStore(selection, (s) => s);
  const [doing, setDoing] = useState(/** @type {"" | "assign" | "propose"} */ (""));
  useUndo();
  useKey("escape", () => (ids.size > 0 ? clearSelection() : false));
  const dispatcher = session.get().user?.role === "dispatcher";
  const may = dispatcher && ids.size > 0 && ids.size <= MOST;
  useKey("assign", () => (may ? setDoing("assign") : false));
  useKey("plan", () => (may ? setDoing("propose") : false));
  if (ids.size === 0) return null;
  const list = [...ids];
  return html`<section class="selection" aria-label=${t("selected")}>
    <b role="status" class="num">${t("selected_number", { n: ids.size })}</b>${note && html`<span class="muted small">${note}</span>`}
    ${dispatcher && html`<button type="button" class="main" disabled=${ids.size > MOST} onClick=${() => setDoing("propose")}>${t("propose")}</button>
      <button type="button" disabled=${ids.size > MOST} onClick=${() => setDoing("assign")}>${t("assign_same")}</button>
      ${ids.size > MOST && html`<span class="muted small">${t("too_many", { n: MOST })}</span>`}`}
    <span class="grow"></span>
    <button type="button" class="plain" onClick=${() => clearSelection()}>${t("clear_selection")}<kbd>Esc</kbd></button>
    ${doing === "propose" && html`<${Propose} ids=${list} onClose=${() => setDoing("")} />`}
    ${doing === "assign" && html`<${AssignMany} ids=${list} onClose=${() => setDoing("")} />`}
  </section>`;
}
