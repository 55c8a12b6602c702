// A reviewer gives a case more time, once, before it has run out.

import { html, useState } from "preact";
import { say } from "../parts.js";
import { actionWord, codeWord, t } from "../words.js";
import { Decision } from "./decision.js";
import { Long, Short } from "./fields.js";
import { post } from "../post.js";

const MOST = 30; // days

/** @param {{of: import("../caselist.js").Case, done: () => void}} props */
export function Extend({ of, done }) {
  const [days, setDays] = useState("15");
  const [reason, setReason] = useState("");
  const not = of.extended ? "extended_already" : of.overdue ? "extension_late" : "";
  if (not) return html`<p class="muted">${codeWord(not)}</p>`;
  const run = () => post(of, "extend", { days: Number(days), reason: reason.trim() });
  return html`<${Decision} verb=${actionWord("extend")} ready=${Number(days) >= 1 && Boolean(reason.trim())} run=${run} done=${() => { say(t("desk_done", { what: actionWord("extend"), number: of.number })); done(); }}>
    <${Short} label=${t("desk_days")} kind="number" min=${1} max=${MOST} value=${days} set=${setDays} hint=${t("desk_extend_hint", { n: MOST })} />
    <${Long} label=${t("desk_reason")} value=${reason} set=${setReason} />
  </${Decision}>`;
}
