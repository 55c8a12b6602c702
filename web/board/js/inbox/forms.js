// The decisions about a new complaint: to accept, refuse or transfer it, each a form of its own.

import { html, useState } from "preact";
import { session } from "../api.js";
import { Decision } from "../desk/decision.js";
import { Choice, Day, Flag, Long, Some } from "../desk/fields.js";
import { post } from "../post.js";
import { dayOf, now } from "../dates.js";
import { say } from "../parts.js";
import { people } from "../people.js";
import { actionWord, config, t, word } from "../words.js";
import { divisions } from "./divisions.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {{of: Case, done: () => void}} FormProps
 */

/** The words of one of the process's lists. @param {string} list @returns {[string, string][]} */
export const wordsOf = (list) => Object.keys(config.process.words[list] ?? {}).map((code) => [code, word(list, code)]);

/** Says what was done, where an undo is at hand with it. @param {string} name @param {Case} of @param {{label: string, run: () => void}} [act] */
export const sayDone = (name, of, act) => say(t("desk_done", { what: actionWord(name), number: of.number }), act ? { act, seconds: 10 } : {});

/** @param {FormProps & {fixed?: string}} props fixed: the division that was chosen elsewhere */
export function Accept({ of, done, fixed }) {
  const [types, setTypes] = useState(of.pollution_types ?? []);
  const [division, setDivision] = useState(of.division_code);
  const [urgent, setUrgent] = useState(of.urgent);
  const run = () => post(of, "accept", { types, division_code: fixed ?? division, urgent });
  return html`<${Decision} verb=${actionWord("accept")} ready=${types.length > 0 && Boolean(fixed ?? division)} run=${run} done=${() => { sayDone("accept", of); done(); }}>
    ${fixed === undefined && html`<${Choice} label=${t("desk_division")} value=${division} set=${setDivision} options=${divisions(of.division_code)} />`}
    <${Some} label=${t("desk_types")} value=${types} set=${setTypes} options=${wordsOf("pollution_type")} />
    <${Flag} label=${t("inbox_urgent")} value=${urgent} set=${setUrgent} />
  </${Decision}>`;
}

/** @param {FormProps} props */
export function Refuse({ of, done }) {
  const [reason, setReason] = useState("");
  const [advice, setAdvice] = useState("");
  return html`<${Decision} verb=${actionWord("refuse")} ready=${Boolean(reason && advice.trim())} run=${() => post(of, "refuse", { reason, advice: advice.trim() })}
    done=${() => { sayDone("refuse", of); done(); }}>
    <${Choice} label=${t("desk_reason")} value=${reason} set=${setReason} options=${wordsOf("refusal")} />
    <${Long} label=${t("inbox_advice")} value=${advice} set=${setAdvice} hint=${t("inbox_advice_hint")} />
  </${Decision}>`;
}

const WEEKS = 14; // days that a feedback is given

/** @param {FormProps & {target?: string}} props target: the agency that is offered first */
export function Transfer({ of, done, target: first = "" }) {
  const [target, setTarget] = useState(first);
  const [mode, setMode] = useState("forward");
  const [due, setDue] = useState(dayOf(now() + WEEKS * 86_400_000));
  const own = session.get().user?.agency;
  const agencies = [...people.get().agencies.values()].filter((a) => a.id !== own && a.id !== of.agency && !(/** @type {any} */ (a).disabled_at));
  return html`<${Decision} verb=${actionWord("transfer")} ready=${Boolean(target && due)} run=${() => post(of, "transfer", { target, mode, feedback_due: due })}
    done=${() => { sayDone("transfer", of); done(); }}>
    <${Choice} label=${t("inbox_target")} value=${target} set=${setTarget} options=${agencies.map((a) => [a.id, a.name])} />
    <${Choice} label=${t("inbox_mode")} value=${mode} set=${setMode} options=${wordsOf("transfer_mode")} />
    <${Day} label=${t("inbox_feedback_due")} value=${due} set=${setDue} />
  </${Decision}>`;
}
