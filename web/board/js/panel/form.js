// The form of any action, made of its arguments in the table of the process.

import { html, useState } from "preact";
import { Dialog, say } from "../parts.js";
import { onCase } from "../people.js";
import { post, useSend } from "../post.js";
import { tell } from "../stream.js";
import { actionWord, config, t, word } from "../words.js";
import { argWord } from "./said.js";
import { Field, firstValue, hidden, own } from "./fields.js";

/**
 * @typedef {import("../words.js").Arg} Arg
 * @typedef {import("./file.js").CaseFile} CaseFile
 */

/** Whom the actor saw on the case: what another did since is not overwritten. */
const SEEN = "instead_of";

/** What is sent: without what was left empty, in the types of the process. @param {Arg[]} args @param {Record<string, any>} values */
export function filled(args, values) {
  /** @type {Record<string, any>} */
  const out = {};
  for (const arg of args) {
    const value = values[arg.name];
    const empty = value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
    if (arg.type === "flag") {
      if (arg.required || value) out[arg.name] = Boolean(value);
    } else if (empty) continue;
    else if (arg.type === "number") out[arg.name] = Number(value);
    else if (arg.type === "time") out[arg.name] = value.length === 16 ? value + ":00+08:00" : value;
    else if (arg.type === "record") out[arg.name] = filled(arg.fields ?? [], value);
    else if (arg.type === "records") out[arg.name] = value.map((/** @type {any} */ v) => filled(arg.fields ?? [], v));
    else out[arg.name] = value;
  }
  return out;
}

/**
 * @param {{name: string, of: CaseFile, fixed?: Record<string, any>, onClose: () => void, done: () => void}} props
 * fixed: arguments that are not asked for
 */
export function ActionForm({ name, of, fixed = {}, onClose, done }) {
  const all = config.process.actions.find((a) => a.name === name)?.args ?? [];
  const args = all.filter((a) => !(a.name in fixed) && a.name !== SEEN);
  const seen = all.length > args.length && all.some((a) => a.name === SEEN) ? { [SEEN]: onCase(of.case) } : {};
  const [values, setValues] = useState(() => Object.fromEntries(args.map((a) => [a.name, firstValue(a, of, name)])));
  const { busy, wrong, send } = useSend();
  const onSubmit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!(await send(() => post(of.case, name, { ...filled(args.filter((a) => own(a) || !hidden(a, values, of)), values), ...seen, ...fixed })))) return;
    say(t("done_action", { what: actionWord(name), number: of.case.number }));
    tell("cases", { changed: [], gone: [] }); // where there is no stream the list learns it here
    done();
  };
  const asked = args.filter((a) => !hidden(a, values, of));
  return html`<${Dialog} title=${`${actionWord(name)} · ${of.case.number}`} onClose=${onClose} locked=${busy} foot=${html`
      <p class="wrong grow" role="alert">${wrong}</p>
      <button type="button" onClick=${onClose} disabled=${busy}>${t("cancel")}</button>
      <button type="submit" form="action" class="main" disabled=${busy}>${busy ? t("sending") : actionWord(name)}</button>`}>
    <form id="action" class="stack" onSubmit=${onSubmit}>
      ${name === "approve" && html`<dl class="found">${["outcome", "handling_result", "complainant_reply", "legal_basis"].map((f) => of.case[f] && html`<div class="fact" key=${f}><dt>${argWord(f)}</dt><dd>${f === "outcome" ? word("outcome", of.case.outcome) : of.case[f]}</dd></div>`)}</dl>`}
      ${asked.length === 0 && html`<p>${t("sure", { what: actionWord(name), title: of.case.title })}</p>`}
      ${asked.map((a, i) => html`<${Field} key=${a.name} arg=${a} value=${values[a.name]} of=${of} all=${values} first=${i === 0}
        set=${(/** @type {any} */ v) => setValues((now) => ({ ...now, [a.name]: v }))} />`)}
    </form>
  </${Dialog}>`;
}
