// One case as a row of the list: state, number, what it is, what is left of its time, who.

import { Component, html } from "preact";
import { daysTo, dayWord, leftWord, timeWord } from "./dates.js";
import { crewWord, shortAgency } from "./people.js";
import { Sign, Status } from "./shapes.js";
import { actionWord, openStates, t, word } from "./words.js";

/** @typedef {import("./caselist.js").Case} Case */

/** What is left of the time, and the date by law; of a case that is finished when it was. @param {{of: Case}} props */
export function Due({ of: c }) {
  if (c.closed_at && !openStates().includes(c.status)) return html`<span>${t("closed_on", { day: timeWord(c.closed_at) })}</span>`;
  if (!c.due_strict) return html`<span>${t("received_on", { day: timeWord(c.received_at) })}</span>`;
  const kind = c.overdue ? "overdue" : c.due_soon ? "soon" : "";
  const runs = c.overdue || (openStates().includes(c.status) && daysTo(c.due_strict) >= 0); // where the clock stands still a past day means nothing
  return html`<span class=${kind}>${runs ? leftWord(c.due_strict) : ""}</span>
    <span>${t("by_law", { day: dayWord(c.due_legal || c.due_strict) })}</span>`;
}

/** Signs of what makes a case special, each with its word. @param {{of: Case}} props */
export const Marks = ({ of: c }) => html`<span class="marks">
  ${c.urgent && html`<span class="mark" title=${t("flag_urgent")}>${t("mark_urgent")}</span>`}
  ${c.starred && html`<span class="mark" title=${t("flag_starred")}><${Sign} name="star" /><span class="sr">${t("flag_starred")}</span></span>`}
  ${c.supervision_level && c.supervision_level !== "none" && html`<span class="mark">${word("supervision_level", c.supervision_level)}</span>`}
  ${c.extended && html`<span class="mark">${t("flag_extended")}</span>`}
</span>`;

/**
 * @typedef {{of: Case, index: number, total: number, active: boolean, selected: boolean, lit: boolean, open: boolean,
 *   told: import("./caselist.js").News | undefined, names: any, lang: string}} RowProps
 */

/** A row is drawn anew only when something of it is another. */
export class Row extends Component {
  /** @param {any} next */
  shouldComponentUpdate(next) {
    return Object.keys(next).some((name) => next[name] !== /** @type {any} */ (this.props)[name]);
  }

  /** @param {RowProps} props */
  render({ of: c, index, total, active, selected, lit, open, told }) {
    const kind = `row${active ? " active" : ""}${lit ? " lit" : ""}${open ? " open" : ""}${told ? " news" : ""}`;
    const crew = crewWord(c);
    return html`<div role="option" id=${"row-" + c.id} data-id=${c.id} class=${kind} aria-selected=${selected ? "true" : "false"}
      aria-setsize=${total} aria-posinset=${index + 1}>
      <span class="tick" aria-hidden="true"><${Sign} name="check" /></span>
      <div class="line"><${Status} status=${c.status} late=${c.overdue} /><${Marks} of=${c} /><span class="num muted">${c.number}</span></div>
      <div class="title">${c.title}</div>
      <div class="facts num"><${Due} of=${c} />${crew && html`<span>${crew}</span>`}${!crew && c.agency && html`<span>${shortAgency(c.agency)}</span>`}</div>
      ${told && html`<div class="told">${t("just_changed", { who: told.by_name || t("somebody"), what: actionWord(told.action) })}</div>`}
    </div>`;
  }
}

/** A row whose case is not there yet. @param {{index: number}} props */
export const Waiting = ({ index }) => html`<div class="row waiting" key=${"w" + index} aria-hidden="true"><i></i><i></i><i></i></div>`;
