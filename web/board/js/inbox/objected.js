// A transfer that the other agency objects to: it is taken back, or goes elsewhere.

import { html, useState } from "preact";
import { session } from "../api.js";
import { CaseFacts, CaseHead, Facts } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Decision, Ways } from "../desk/decision.js";
import { Long } from "../desk/fields.js";
import { post } from "../post.js";
import { dayWord, timeWord } from "../dates.js";
import { agencyName } from "../people.js";
import { Sign } from "../shapes.js";
import { actionWord, t, word } from "../words.js";
import { sayDone, Transfer } from "./forms.js";
import { Words } from "./triage.js";

/** @param {import("./triage.js").EntryProps} props */
export function Objected({ entry, done }) {
  const of = /** @type {any} */ (entry.case);
  const transfer = /** @type {any} */ (entry.transfer);
  const { file } = useFile(of.id);
  const [way, setWay] = useState("return");
  const [reason, setReason] = useState("");
  const sender = session.get().user?.agency === transfer.from;
  return html`<div class="matter-main"><${CaseHead} of=${of} />
      <section class="objection"><h3>${t("inbox_objection", { agency: agencyName(transfer.target) })}</h3><p class="quote">${transfer.reason}</p></section>
      <${Facts} rows=${[[t("inbox_from"), agencyName(transfer.from)], [t("inbox_to"), agencyName(transfer.target)], [t("inbox_mode"), word("transfer_mode", transfer.mode)],
        [t("inbox_sent_at"), timeWord(transfer.sent_at)], [t("inbox_objected"), timeWord(transfer.objected_at)], [t("inbox_feedback_due"), dayWord(transfer.feedback_due)]]} />
      <${Words} of=${of} file=${file} /><${CaseFacts} of=${of} file=${file} /></div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>${sender ? html`
      <${Ways} label=${t("inbox_decide")} value=${way} set=${setWay} options=${[["return", t("inbox_agree")], ["transfer", t("inbox_elsewhere_to")]]} />
      ${way === "return" ? html`<${Decision} verb=${t("inbox_agree")} ready=${Boolean(reason.trim())} run=${() => post(of, "return", { reason: reason.trim() })} done=${() => { sayDone("return", of); done(); }}>
          <p class="small muted">${t("inbox_agree_note")}</p><${Long} label=${t("desk_reason")} value=${reason} set=${setReason} suggest=${[t("inbox_say_ours")]} /></${Decision}>`
        : html`<${Transfer} of=${{ ...of, agency: transfer.target }} done=${done} />`}`
      : html`<p class="muted only-read"><${Sign} name="clock" />${t("inbox_sender_decides", { agency: agencyName(transfer.from), what: actionWord("return") })}</p>`}
    </aside>`;
}
