// One reply that waits: what was found left of what is answered, and the decision of somebody
// who had no part in it.

import { html, useState } from "preact";
import { session } from "../api.js";
import { CaseFacts, CaseHead } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Decision, Ways } from "../desk/decision.js";
import { Long } from "../desk/fields.js";
import { post } from "../post.js";
import { Words } from "../inbox/triage.js";
import { say } from "../parts.js";
import { nameOf } from "../people.js";
import { Sign } from "../shapes.js";
import { actionWord, listed, t } from "../words.js";
import { barred, draftersOf, needed, officersOf } from "./eyes.js";
import { Draft, Found, Ordered } from "./found.js";
import { BeforeAfter } from "./pairs.js";

/** The rule of four eyes, for this reader. @param {{file: import("../panel/file.js").CaseFile, user: string, reviewer: boolean}} props */
function Eyes({ file, user, reviewer }) {
  const bar = barred(file, user);
  const drafters = draftersOf(file).map(nameOf);
  return html`<section class=${bar ? "eyes barred" : "eyes"}>
    <p class="eyes-said"><${Sign} name=${bar ? "close" : "eye"} /><b>${!reviewer ? t("review_for_reviewers") : bar ? t("review_barred_" + bar) : t("review_free")}</b></p>
    <dl class="traits"><div><dt>${t("review_officers")}</dt><dd>${listed(officersOf(file).map(nameOf)) || t("review_nobody")}</dd></div>
      ${drafters.length > 0 && html`<div><dt>${t("review_drafted_by")}</dt><dd>${listed(drafters)}</dd></div>`}</dl>
    <ul class="check-list">${needed(file).map(([name, there]) => html`<li key=${name} class=${there ? "" : "doubt"}><${Sign} name=${there ? "check" : "close"} /><span>${t(name)}<span class="sr">${t(there ? "review_there" : "review_lacking")}</span></span></li>`)}</ul>
  </section>`;
}

/** @param {{of: import("../caselist.js").Case, done: () => void}} props */
function Approve({ of, done }) {
  const [delivered, setDelivered] = useState("yes");
  const [why, setWhy] = useState("");
  const ok = delivered === "yes" || why.trim() !== "";
  const run = () => post(of, "approve", delivered === "yes" ? { delivered: true } : { undeliverable_reason: why.trim() });
  return html`<${Decision} verb=${actionWord("approve")} ready=${ok} run=${run} done=${() => { say(t("desk_done", { what: actionWord("approve"), number: of.number })); done(); }}>
    <fieldset class="field"><legend>${t("review_delivery")}</legend>${[["yes", "review_delivered"], ["no", "review_undeliverable"]].map(([value, name]) => html`<label key=${value} class="check"><input type="radio" name="delivered" checked=${delivered === value} onChange=${() => setDelivered(value)} /><span>${t(name)}</span></label>`)}</fieldset>
    ${delivered === "no" && html`<${Long} label=${t("review_why_not")} value=${why} set=${setWhy} rows=${2} suggest=${[t("review_say_anonymous"), t("review_say_no_answer")]} />`}
  </${Decision}>`;
}

/** @param {{of: import("../caselist.js").Case, done: () => void}} props */
function SendBack({ of, done }) {
  const [reason, setReason] = useState("");
  return html`<${Decision} verb=${actionWord("send_back")} ready=${Boolean(reason.trim())} run=${() => post(of, "send_back", { reason: reason.trim() })}
    done=${() => { say(t("desk_done", { what: actionWord("send_back"), number: of.number })); setReason(""); done(); }}>
    <${Long} label=${t("desk_reason")} value=${reason} set=${setReason} suggest=${[t("review_say_basis"), t("review_say_unclear")]} hint=${t("review_back_hint")} />
  </${Decision}>`;
}

/** @param {{of: import("../caselist.js").Case, done: () => void, sentBack?: () => void}} props sentBack: a reply that was sent back goes on waiting */
export function Reply({ of, done, sentBack = done }) {
  const user = session.get().user;
  const { file, again } = useFile(of.id);
  const [way, setWay] = useState("approve");
  if (!file) return html`<div class="matter-main" aria-busy="true"><${CaseHead} of=${of} /></div><aside class="matter-side"></aside>`;
  const reviewer = user?.role === "reviewer";
  const mayApprove = reviewer && !barred(file, user?.id ?? "");
  return html`<div class="matter-main"><${CaseHead} of=${file.case} />
      <div class="against"><div class="against-of"><${Found} file=${file} /><${Ordered} file=${file} /></div><${Draft} file=${file} /></div>
      <${BeforeAfter} file=${file} /><${Words} of=${file.case} file=${file} /><${CaseFacts} of=${file.case} file=${file} />
    </div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}><${Eyes} file=${file} user=${user?.id ?? ""} reviewer=${reviewer} />
      ${reviewer && html`<${Ways} label=${t("inbox_decide")} value=${mayApprove ? way : "send_back"} set=${setWay} options=${(mayApprove ? ["approve", "send_back"] : ["send_back"]).map((w) => [w, actionWord(w)])} />
        ${mayApprove && way === "approve" ? html`<${Approve} of=${file.case} done=${done} />` : html`<${SendBack} of=${file.case} done=${() => { again(); sentBack(); }} />`}`}
    </aside>`;
}
