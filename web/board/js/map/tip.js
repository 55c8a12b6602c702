// What stands beside the pointer on the map: the counts of a cell, a case, an inspector.

import { html } from "preact";
import { listedCase } from "../caselist.js";
import { agoWord } from "../dates.js";
import { Due } from "../row.js";
import { Shape, Status } from "../shapes.js";
import { useStore } from "../store.js";
import { config, stateWord, t } from "../words.js";
import { mapState } from "./state.js";

/** @param {{of: Record<string, any>}} props */
const Cell = ({ of }) => html`<b>${t("cases_number", { n: of.n })}${of.overdue > 0 && html` <span class="overdue">${t("of_them_overdue", { n: of.overdue })}</span>`}</b>
  <ul>${config.process.states.filter((s) => of["s_" + s.code] > 0).map((s) => html`<li key=${s.code}><${Shape} status=${s.code} /><span>${stateWord(s.code)}</span><span class="num">${of["s_" + s.code]}</span></li>`)}</ul>
  <p class="muted small">${t(of.closest ? "click_selects" : "click_zooms")}</p>`;

/** @param {{of: Record<string, any>}} props */
function One({ of }) {
  const c = listedCase(of.id);
  if (!c) return html`<${Status} status=${of.status} late=${of.overdue > 0} />`;
  return html`<${Status} status=${c.status} late=${c.overdue} /><b>${c.title}</b><span class="dots num muted"><span>${c.number}</span></span><span class="dots num"><${Due} of=${c} /></span>`;
}

/** @param {{of: Record<string, any>}} props */
const Person = ({ of }) => html`<b>${of.full}</b><span class="muted">${of.agency}</span>
  <span>${t("has_cases", { n: of.load })}</span><span class=${of.old ? "overdue" : "muted"}>${t("position_age", { ago: agoWord(of.age_s) })}</span>
  ${of.unsent > 0 && html`<span>${t("unsent_number", { n: of.unsent })}</span>`}
  <p class="muted small">${t("click_way")}</p>`;

export function Tip() {
  const tip = useStore(mapState, (m) => m.tip);
  if (!tip) return null;
  const What = { cell: Cell, case: One, person: Person }[tip.kind];
  const place = (/** @type {HTMLElement | null} */ el) => {
    if (!el?.parentElement) return;
    const [w, h] = [el.parentElement.clientWidth, el.parentElement.clientHeight];
    const x = tip.x + el.offsetWidth + 24 > w ? tip.x - el.offsetWidth - 16 : tip.x + 16;
    el.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, Math.min(tip.y - 8, h - el.offsetHeight - 8))}px)`;
  };
  return html`<div class="tip" ref=${place} aria-hidden="true"><${What} of=${tip.of} /></div>`;
}
