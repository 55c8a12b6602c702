// Above the list: what is shown, in which order, and chips that take a filter away.

import { html, useRef } from "preact";
import { caseList } from "./caselist.js";
import { ANY, clearFilters, FLAGS, inWords, many, narrow, sortOf, SORTS, toggle } from "./filters.js";
import { useKey } from "./keys.js";
import { Menu } from "./parts.js";
import { people } from "./people.js";
import { route } from "./router.js";
import { SavedViews } from "./saved.js";
import { Shape, Sign } from "./shapes.js";
import { useStore } from "./store.js";
import { config, openStates, stateWord, t, word } from "./words.js";

/** @typedef {{query: Record<string, string>}} Of */

/** @param {Of} props */
function States({ query }) {
  const chosen = many(query.status);
  const open = openStates();
  const check = (/** @type {string} */ code) => html`<label class="check" key=${code}><input type="checkbox" checked=${chosen.includes(code)} onChange=${() => toggle("status", code)} />
    <${Shape} status=${code} /><span>${stateWord(code)}</span></label>`;
  return html`<fieldset class="field"><legend>${t("filter_status")}</legend>
    <div class="checks">${config.process.states.map((s) => s.code).filter((c) => open.includes(c)).map(check)}</div>
    <div class="checks">${config.process.states.map((s) => s.code).filter((c) => !open.includes(c)).map(check)}</div>
    <label class="check"><input type="checkbox" checked=${query.status === ANY} onChange=${() => narrow({ status: query.status === ANY ? "" : ANY })} /><span>${t("any_status")}</span></label>
  </fieldset>`;
}

/** @param {Of} props */
const Types = ({ query }) => html`<fieldset class="field"><legend>${t("filter_type")}</legend><div class="checks">
  ${Object.keys(config.process.words.pollution_type).map((code) => html`<label class="check" key=${code}><input type="checkbox" checked=${many(query.type).includes(code)}
    onChange=${() => toggle("type", code)} /><span>${word("pollution_type", code)}</span></label>`)}</div></fieldset>`;

/** @param {Of} props */
const Received = ({ query }) => html`<fieldset class="field"><legend>${t("filter_received")}</legend><div class="pair">
  <label class="field"><span class="sr">${t("from_day")}</span><input type="date" value=${query.received_from ?? ""} onChange=${(/** @type {any} */ e) => narrow({ received_from: e.target.value })} /></label>
  <label class="field"><span class="sr">${t("to_day")}</span><input type="date" value=${query.received_to ?? ""} onChange=${(/** @type {any} */ e) => narrow({ received_to: e.target.value })} /></label>
</div></fieldset>`;

/** @param {{name: string, query: Record<string, string>, options: [string, string][]}} props */
const Choice = ({ name, query, options }) => options.length > 0 && html`<label class="field"><span>${t("filter_" + name)}</span>
  <select value=${query[name] ?? ""} onChange=${(/** @type {any} */ e) => narrow({ [name]: e.target.value })}>
    <option value="">${t("whoever")}</option>${options.map(([value, text]) => html`<option key=${value} value=${value} selected=${query[name] === value}>${text}</option>`)}</select></label>`;

/** @param {Of} props */
function Sheet({ query }) {
  const { users, agencies } = useStore(people, (p) => p);
  const inspectors = [...users.values()].filter((u) => u.role === "inspector" && !u.disabled_at);
  const levels = Object.keys(config.process.words.supervision_level);
  return html`<div class="filters stack">
    <${States} query=${query} /><${Types} query=${query} /><${Received} query=${query} />
    <${Choice} name="inspector" query=${query} options=${inspectors.map((u) => [u.id, u.name])} />
    ${agencies.size > 1 && html`<${Choice} name="agency" query=${query} options=${[...agencies.values()].map((a) => [a.id, a.name])} />`}
    <${Choice} name="supervision_level" query=${query} options=${levels.map((l) => [l, word("supervision_level", l)])} />
    <button type="button" onClick=${clearFilters}>${t("clear_filters")}</button>
  </div>`;
}

export function FilterBar() {
  const query = useStore(route, (r) => r.query);
  const { total, state } = useStore(caseList, (l) => l);
  useStore(people, (p) => p);
  const opener = useRef(/** @type {(() => void) | null} */ (null));
  useKey("filter", () => opener.current?.());
  const chips = inWords(query);
  return html`<div class="filterbar" role="region" aria-label=${t("filters")}>
    <div class="line"><${SavedViews} query=${query} />
      <span class="count num" role="status">${state === "ready" ? t("cases_number", { n: total }) : ""}</span>
      <label class="sort"><span class="sr">${t("sort")}</span><select value=${sortOf(query)} onChange=${(/** @type {any} */ e) => narrow({ sort: e.target.value })}>
        ${SORTS.map((s) => html`<option key=${s} value=${s} selected=${sortOf(query) === s}>${t("sort_" + s.replace("-", "new_"))}</option>`)}</select></label></div>
    <div class="chips">
      <${Menu} class="chip" bare openRef=${opener} label=${html`<${Sign} name="filter" />${t("filter")}`}>${() => html`<${Sheet} query=${query} />`}</${Menu}>
      ${FLAGS.map((f) => html`<button type="button" key=${f} class="chip" aria-pressed=${query[f] === "true" ? "true" : "false"}
        onClick=${() => narrow({ [f]: query[f] === "true" ? "" : "true" })}>${t("flag_" + f)}</button>`)}
      ${chips.map(({ name, text }) => html`<button type="button" key=${name} class="chip on" aria-label=${t("take_away", { what: text })} onClick=${() => narrow({ [name]: "" })}>
        <span>${text}</span><${Sign} name="close" /></button>`)}
    </div>
  </div>`;
}
