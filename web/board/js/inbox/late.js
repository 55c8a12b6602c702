// What somebody did in the field that did not fit the case when it arrived: what, where, why
// not, and whether it counts after all.

import { html, useState } from "preact";
import { session } from "../api.js";
import { useFile } from "../desk/casefile.js";
import { Decision, Ways } from "../desk/decision.js";
import { Long } from "../desk/fields.js";
import { Facts } from "../desk/caseparts.js";
import { saidArgs } from "../panel/said.js";
import { metresWord, timeWord } from "../dates.js";
import { say } from "../parts.js";
import { nameOf } from "../people.js";
import { Shape, Sign } from "../shapes.js";
import { actionWord, codeWord, stateWord, t } from "../words.js";
import { Dots, metresTo } from "./dots.js";
import { HeldHead, Proofs, Why } from "./held.js";
import { settle } from "./settle.js";

const STEPS = 6; // of the case's history that are shown

/** The last steps of the case, the newest first. @param {{file: import("../panel/file.js").CaseFile}} props */
const History = ({ file }) => html`<section><h3>${t("inbox_history")}</h3><ol class="steps">${file.actions.filter((a) => a.outcome === "applied").slice(-STEPS).reverse().map((a) => html`<li key=${a.id}>
  <${Shape} status=${/** @type {any} */ (a).to || file.case.status} /><span>${actionWord(a.name)}</span><span class="muted">${a.actor_kind === "user" ? nameOf(a.actor) : ""}</span><time class="muted num">${timeWord(a.received_at)}</time></li>`)}</ol></section>`;

/** Where it was done, and how far that is from the case. @param {{here: any, case: any}} props */
function Where({ here, case: place }) {
  if (!here || !place) return null;
  const metres = metresTo(place, here);
  return html`<section><h3>${t("inbox_where")}</h3><${Dots} name=${t("inbox_where_said", { metres: metresWord(metres) })} middle=${place} dots=${[{ id: "here", at: here, label: "•", on: true }]} />
    <p class="small muted">${t("inbox_where_said", { metres: metresWord(metres) })}${here.accuracy_m ? t("inbox_accurate", { metres: metresWord(here.accuracy_m) }) : ""}</p></section>`;
}

/** @param {import("./triage.js").EntryProps} props */
export function Late({ entry, done }) {
  const of = /** @type {import("./held.js").Item} */ (/** @type {any} */ (entry));
  const { file } = useFile(of.case);
  const [take, choose] = useState("ours");
  const [reason, setReason] = useState("");
  const mayChoose = session.get().user?.role === "dispatcher";
  const action = of.ours ?? {};
  return html`<div class="matter-main"><${HeldHead} of=${of} title=${t("inbox_late_title", { name: of.author_name || t("somebody"), what: actionWord(action.name) })} />
      <${Why} of=${of} />
      <div class="why-not"><${Sign} name="flag" /><span>${codeWord(of.code)}</span></div>
      <${Facts} rows=${[...saidArgs({ name: action.name, args: action.args }).map((a) => [a.label, a.value]), [t("inbox_case_is"), file && `${file.case.title} · ${stateWord(file.case.status)}`]]} />
      <${Where} here=${of.position} case=${file?.case.location} /><${Proofs} ids=${of.photos} />
    </div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>
      ${mayChoose ? html`<${Ways} label=${t("inbox_decide")} value=${take} set=${choose} options=${[["ours", t("inbox_late_ours")], ["theirs", t("inbox_late_theirs")]]} />
        <${Decision} verb=${t(take === "ours" ? "inbox_late_ours" : "inbox_late_theirs")} ready=${Boolean(reason.trim())} run=${() => settle(of, { take, reason })}
          done=${() => { say(t("inbox_settled", { number: of.number })); done(); }}>
          <p class="small muted">${t(take === "ours" ? "inbox_late_ours_note" : "inbox_late_theirs_note")}</p>
          <${Long} label=${t("desk_reason")} value=${reason} set=${setReason} suggest=${[t("inbox_say_checked")]} /></${Decision}>`
      : html`<p class="muted only-read"><${Sign} name="eye" />${t("inbox_dispatcher_decides")}</p>`}
      ${file && html`<${History} file=${file} />`}
    </aside>`;
}
