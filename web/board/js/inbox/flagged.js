// A photo that the checks doubt: large, with what each check found, and whether it counts.

import { html, useState } from "preact";
import { CaseHead, Facts } from "../desk/caseparts.js";
import { Decision, Ways } from "../desk/decision.js";
import { Long } from "../desk/fields.js";
import { Picture } from "../desk/photo.js";
import { photoName } from "../panel/photos.js";
import { post } from "../post.js";
import { metresWord, timeWord } from "../dates.js";
import { say } from "../parts.js";
import { nameOf } from "../people.js";
import { Sign } from "../shapes.js";
import { t, word, zh } from "../words.js";
import { Dots, metresTo } from "./dots.js";

/** @param {{checks: import("../panel/file.js").Check[]}} props */
export function Checks({ checks }) {
  const said = (/** @type {import("../panel/file.js").Check} */ c) => (zh() ? c.text_zh : c.text);
  const doubts = checks.filter((c) => c.doubtful);
  const sound = checks.filter((c) => !c.doubtful && said(c));
  return html`<section><h3>${t("inbox_checks")}</h3>
    <ul class="check-list">${doubts.map((c) => html`<li key=${c.check} class="doubt"><${Sign} name="flag" /><span><span class="sr">${t("inbox_doubt")}</span>${said(c)}</span></li>`)}
</ul>
    ${sound.length > 0 && html`<details><summary>${t("inbox_sound", { n: sound.length })}</summary><ul class="check-list">${sound.map((c) => html`<li key=${c.check}><${Sign} name="check" /><span class="muted">${said(c)}</span></li>`)}</ul></details>`}</section>`;
}

/** @param {import("./triage.js").EntryProps} props */
export function Flagged({ entry, done }) {
  const of = /** @type {any} */ (entry.case);
  const photo = /** @type {import("../panel/file.js").Photo} */ (entry.photo);
  const [verdict, setVerdict] = useState("accepted");
  const [reason, setReason] = useState("");
  const at = of.status === "merged" ? { id: of.primary } : of; // what belongs to a merged case is decided about at the one it is merged into
  const run = () => post(at, "flag_decided", { photos: [photo.id], verdict, reason: reason.trim() });
  const away = of.location && photo.position ? metresTo(of.location, photo.position) : null;
  return html`<div class="matter-main"><${CaseHead} of=${of} />
      <figure class="shot-large"><${Picture} id=${photo.id} px=${1600} alt=${photoName(photo)} /><figcaption>${photoName(photo)}</figcaption></figure>
      <${Facts} rows=${[[t("inbox_taken_by"), nameOf(photo.author)], [t("inbox_taken_at"), timeWord(photo.taken_at)], [t("desk_received"), timeWord(/** @type {any} */ (photo).received_at)],
        [t("inbox_taken_where"), away !== null && t("inbox_where_said", { metres: metresWord(away) })]]} />
    </div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>
      <${Checks} checks=${photo.checks ?? []} />
      ${away !== null && away > 30 && html`<${Dots} name=${t("inbox_where_said", { metres: metresWord(away) })} middle=${of.location} dots=${[{ id: "here", at: /** @type {any} */ (photo.position), label: "•", on: true }]} />`}
      <${Ways} label=${t("inbox_decide")} value=${verdict} set=${setVerdict} options=${["accepted", "rejected"].map((v) => [v, word("flag_verdict", v)])} />
      <${Decision} verb=${word("flag_verdict", verdict)} ready=${Boolean(reason.trim())} run=${run} done=${() => { say(t("inbox_judged", { verdict: word("flag_verdict", verdict), number: of.number })); done(); }}>
        <p class="small muted">${t("inbox_verdict_" + verdict)}</p>
        <${Long} label=${t("desk_reason")} value=${reason} set=${setReason} rows=${2} suggest=${verdict === "accepted" ? [t("inbox_say_clock"), t("inbox_say_signal")] : [t("inbox_say_again")]} />
      </${Decision}>
    </aside>`;
}
