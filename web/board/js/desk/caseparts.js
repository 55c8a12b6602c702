// A case as the desk's screens show it: its head, its facts, and where it goes on.

import { html } from "preact";
import { timeWord } from "../dates.js";
import { agencyName } from "../people.js";
import { href } from "../router.js";
import { Due, Marks } from "../row.js";
import { Sign, Status } from "../shapes.js";
import { listed, t, word } from "../words.js";
import { Title } from "./title.js";

/** @typedef {import("../caselist.js").Case} Case */

/** The address of a case's file, with nothing of this screen in it. @param {string} id */
export const fileOf = (id) => href({ view: "cases", id, query: {} });

/** @param {{of: Case, level?: string, more?: any}} props */
export const CaseHead = ({ of: c, more }) => html`<header class="matter-head">
  <div class="matter-line"><${Status} status=${c.status} late=${c.overdue} /><${Marks} of=${c} /><span class="num muted">${c.number}</span>
    <a class="go-file" href=${fileOf(c.id)}><${Sign} name="folder" />${t("desk_open_case")}</a></div>
  <${Title}>${c.title}</${Title}>
  <p class="dots num matter-due"><${Due} of=${c} />${c.agency && html`<span>${agencyName(c.agency)}</span>`}</p>${more}
</header>`;

/** @param {{rows: [string, any][]}} props rows without a value are left out */
export const Facts = ({ rows }) => html`<dl class="traits">${rows.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** What is known of a case at its beginning. @param {{of: Case, file?: import("../panel/file.js").CaseFile | null}} props */
export function CaseFacts({ of: c, file }) {
  const contact = file?.complaints?.[0]?.contact;
  const masked = contact && [contact.name, contact.phone, contact.email].filter(Boolean).join(" · ");
  return html`<${Facts} rows=${[
    [t("desk_types"), listed((c.pollution_types ?? []).map((p) => word("pollution_type", p)))],
    [t("desk_address"), c.address],
    [t("desk_respondent"), file?.respondent?.name],
    [t("desk_source"), word("source", c.source)],
    [t("desk_received"), timeWord(c.received_at)],
    [t("desk_complainant"), html`${word("identity_mode", c.identity_mode)}${masked && ` · ${masked}`}`],
    [t("desk_repeats"), c.repeat_count > 0 && t("desk_repeats_number", { n: c.repeat_count })],
  ]} />`;
}
