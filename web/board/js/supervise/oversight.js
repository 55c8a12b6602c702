// What a supervisor does about a case: sets a level with a day, stars it, has it done again.

import { html, useState } from "preact";
import { CaseFacts, CaseHead, Facts } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Decision, Ways } from "../desk/decision.js";
import { Choice, Day, Long } from "../desk/fields.js";
import { post } from "../post.js";
import { dayWord, timeWord } from "../dates.js";
import { wordsOf } from "../inbox/forms.js";
import { say } from "../parts.js";
import { nameOf } from "../people.js";
import { session } from "../api.js";
import { actionWord, config, listed, t, word } from "../words.js";

/** @typedef {import("../caselist.js").Case} Case */

const OF = ["supervise", "star", "reopen"];

/** What may be done to a case in its state. @param {Case} c */
const admitted = (c) => config.process.actions.filter((a) => OF.includes(a.name) && a.from.includes(c.status) && a.who.some((w) => w.role === session.get().user?.role)).map((a) => a.name);

/** @param {{of: Case, done: (name: string) => void}} props */
function Level({ of, done }) {
  const [level, setLevel] = useState(of.supervision_level === "none" ? "urged" : of.supervision_level);
  const [due, setDue] = useState("");
  return html`<${Decision} verb=${actionWord("supervise")} run=${() => post(of, "supervise", { level, ...(due ? { due } : {}) })} done=${() => done("supervise")}>
    <${Choice} label=${t("arg_level")} value=${level} set=${setLevel} options=${wordsOf("supervision_level")} />
    <${Day} label=${t("supervise_due")} value=${due} set=${setDue} required=${false} /></${Decision}>`;
}

/** @param {{of: Case, done: (name: string) => void}} props */
const Star = ({ of, done }) => html`<${Decision} verb=${t(of.starred ? "supervise_unstar" : "supervise_star")} run=${() => post(of, "star", { on: !of.starred })} done=${() => done("star")}>
  <p class="small muted">${t("supervise_star_note")}</p></${Decision}>`;

/** @param {{of: Case, done: (name: string) => void}} props */
function Reopen({ of, done }) {
  const [reason, setReason] = useState("");
  return html`<${Decision} verb=${actionWord("reopen")} ready=${Boolean(reason.trim())} run=${() => post(of, "reopen", { reason: reason.trim() })} done=${() => done("reopen")}>
    <p class="small muted">${t("supervise_reopen_note")}</p><${Long} label=${t("desk_reason")} value=${reason} set=${setReason} /></${Decision}>`;
}

/** @param {{of: Case, done: () => void}} props */
export function Oversight({ of, done }) {
  const { file, again } = useFile(of.id);
  const c = file?.case ?? of;
  const ways = admitted(c);
  const [chosen, choose] = useState(ways[0] ?? "");
  const way = ways.includes(chosen) ? chosen : (ways[0] ?? "");
  const finish = (/** @type {string} */ name) => {
    say(t("desk_done", { what: actionWord(name), number: c.number }));
    again();
    done();
  };
  const levels = (file?.supervisions ?? []).slice().reverse();
  return html`<aside class="matter-side oversight" aria-label=${c.title}><${CaseHead} of=${c} />
    ${ways.length > 0 ? html`<${Ways} label=${t("inbox_decide")} value=${way} set=${choose} options=${ways.map((w) => [w, actionWord(w)])} />
      ${way === "supervise" && html`<${Level} key=${c.seq} of=${c} done=${finish} />`}${way === "star" && html`<${Star} of=${c} done=${finish} />`}${way === "reopen" && html`<${Reopen} of=${c} done=${finish} />`}`
      : html`<p class="muted">${t("supervise_nothing")}</p>`}
    ${levels.length > 0 && html`<section><h3>${t("supervise_before")}</h3><ol class="steps">${levels.map((s, i) => html`<li key=${i}><span>${word("supervision_level", s.level)}</span><span class="muted">${nameOf(s.by)}</span><time class="muted num">${timeWord(s.at)}${s.due ? " · " + dayWord(s.due) : ""}</time></li>`)}</ol></section>`}
    <${Facts} rows=${[[t("inbox_has_it"), listed((c.inspectors ?? []).map(nameOf))]]} /><${CaseFacts} of=${c} file=${file} />
  </aside>`;
}
