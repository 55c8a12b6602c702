// A case whose time is over, or soon will be: how many days, where it stands, and who can act.

import { html } from "preact";
import { session } from "../api.js";
import { CaseFacts, CaseHead, Facts, fileOf } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Extend } from "../desk/extend.js";
import { daysTo, dayWord, leftWord, timeWord } from "../dates.js";
import { nameOf } from "../people.js";
import { Sign } from "../shapes.js";
import { listed, stateWord, t } from "../words.js";
import { acted } from "./queue.js";

/** The days as a number that is seen from afar. @param {{of: any}} props */
function Clock({ of }) {
  const left = daysTo(of.due_strict);
  return html`<div class=${of.overdue ? "clock overdue" : "clock"}><b class="num">${Math.abs(left)}</b><span>${t(left < 0 ? "inbox_days_late" : "inbox_days_left")}</span>
    <span class="muted num">${t("by_law", { day: dayWord(of.due_legal || of.due_strict) })}</span></div>`;
}

/** @param {import("./triage.js").EntryProps} props */
export function Due({ entry }) {
  const of = /** @type {any} */ (entry.case);
  const { file } = useFile(of.id);
  const last = file?.actions.filter((a) => a.outcome === "applied").at(-1);
  const role = session.get().user?.role;
  return html`<div class="matter-main"><${CaseHead} of=${of} /><${Clock} of=${of} />
      <${Facts} rows=${[[t("inbox_stands_at"), stateWord(of.status)], [t("inbox_has_it"), listed((of.inspectors ?? []).map(nameOf))], [t("inbox_asked_for"), of.due && `${dayWord(of.due)} · ${leftWord(of.due)}`],
        [t("inbox_last_step"), last && `${timeWord(last.received_at)} · ${last.actor_kind === "user" ? nameOf(last.actor) : ""}`], [t("flag_extended"), of.extended && t("yes")]]} />
      <${CaseFacts} of=${of} file=${file} /></div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>
      <a class="button main" href=${fileOf(of.id)}><${Sign} name="folder" />${t("desk_open_case")}</a>
      ${role === "reviewer" ? html`<${Extend} of=${of} done=${() => acted(entry.id)} />` : html`<p class="muted">${t("inbox_reviewer_extends")}</p>`}
    </aside>`;
}
