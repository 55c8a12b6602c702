// How many days each step has, by jurisdiction and source, and which law says so.

import { html, useState } from "preact";
import { session } from "../api.js";
import { Choice, Short } from "../desk/fields.js";
import { useSend } from "../post.js";
import { Dialog, Quiet, say } from "../parts.js";
import { people } from "../people.js";
import { Sign } from "../shapes.js";
import { known, t, word } from "../words.js";
import { wordsOf } from "../inbox/forms.js";
import { change, create, useRecords } from "./records.js";
import { ownAgencies } from "./userform.js";

/** @typedef {{id: string, jurisdiction: string, source: string, step: string, number: number, unit: string, article: string}} Rule */

const STEPS = ["accept", "handle", "extend", "object", "review_request", "review_decide", "recheck"];
const UNITS = ["natural_day", "working_day"];
const MOST = 3650; // days

/** The name of a jurisdiction. @param {string} code "" for the whole nation */
const place = (code) => (code === "" ? t("admin_nation") : ([...people.get().agencies.values()].find((a) => a.division_code === code)?.name ?? code));

/** Whether the reader may change it: the national ones belong to who answers for the nation. @param {Rule} r */
function isOwn(r) {
  const me = session.get().user;
  const code = r.jurisdiction || "000000";
  return Boolean(me && code >= me.scope_from.slice(0, code.length) && code <= me.scope_to);
}

/** @param {{of?: Rule, onClose: () => void, done: () => void}} props */
function RuleForm({ of, onClose, done }) {
  const own = [...new Map(ownAgencies().map((a) => [a.division_code, a.name]))];
  const [v, setV] = useState({ jurisdiction: of?.jurisdiction ?? own[0]?.[0] ?? "", source: of?.source ?? "", step: of?.step ?? "accept", number: String(of?.number ?? ""), unit: of?.unit ?? "working_day", article: of?.article ?? "" });
  const { busy, wrong, send } = useSend();
  const set = (/** @type {keyof typeof v} */ name) => (/** @type {any} */ value) => setV((was) => ({ ...was, [name]: value }));
  const save = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const values = { ...v, number: Number(v.number), article: v.article.trim() };
    if (!(await send(() => (of ? change("deadline_rules", of.id, values) : create("deadline_rules", values))))) return;
    say(t("admin_saved", { name: t("admin_step_" + v.step) }));
    done();
    onClose();
  };
  return html`<${Dialog} title=${t(of ? "admin_edit_rule" : "admin_add_rule")} onClose=${onClose} locked=${busy} foot=${html`<p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="submit" form="rule-form" class="main" disabled=${busy}>${t(of ? "save" : "admin_create")}</button>`}>
    <form id="rule-form" class="stack" onSubmit=${save}><div class="pair"><${Choice} label=${t("admin_column_place")} value=${v.jurisdiction} set=${set("jurisdiction")} options=${own.map(([code, name]) => [code, `${name} ${code}`])} />
        <${Choice} label=${t("desk_source")} value=${v.source} set=${set("source")} required=${false} empty=${t("admin_every_source")} options=${wordsOf("source")} /></div>
      <${Choice} label=${t("admin_column_step")} value=${v.step} set=${set("step")} options=${STEPS.map((s) => [s, t("admin_step_" + s)])} />
      <div class="pair"><${Short} label=${t("desk_days")} kind="number" min=${1} max=${MOST} value=${v.number} set=${set("number")} /><${Choice} label=${t("admin_unit")} value=${v.unit} set=${set("unit")} options=${UNITS.map((u) => [u, t("admin_unit_" + u)])} /></div>
      <${Short} label=${t("admin_article")} value=${v.article} set=${set("article")} hint=${t("admin_article_hint")} /></form></${Dialog}>`;
}

export function Rules() {
  const { items, wrong, ready, again } = useRecords("deadline_rules", { sort: "jurisdiction,step,source", perPage: 500 });
  const [doing, setDoing] = useState(/** @type {{of?: Rule} | null} */ (null));
  const row = (/** @type {Rule} */ r) => html`<tr key=${r.id}><th scope="row">${t("admin_step_" + r.step)}</th><td class="num"><b>${r.number}</b> ${known("admin_unit_" + r.unit)}</td><td>${place(r.jurisdiction)}</td><td>${r.source ? word("source", r.source) : t("admin_every_source")}</td><td class="grows small muted">${r.article}</td>
    <td class="acts">${isOwn(r) ? html`<button type="button" class="plain" onClick=${() => setDoing({ of: r })}>${t("admin_edit")}</button>` : html`<span class="muted small">${t("admin_above")}</span>`}</td></tr>`;
  return html`<header class="view-head"><h1>${t("admin_part_rules")}</h1><span class="muted num" role="status">${ready && items.length}</span><span class="muted small">${t("admin_rules_note")}</span><span class="grow"></span><button type="button" class="main" onClick=${() => setDoing({})}><${Sign} name="plus" />${t("admin_add_rule")}</button></header>
    ${wrong ? html`<${Quiet} wrong again=${again}>${wrong}</${Quiet}>` : html`<div class="table-box"><table class="table"><thead><tr>${["step", "number", "place", "source", "article"].map((c) => html`<th key=${c} scope="col">${t("admin_column_" + c)}</th>`)}<th scope="col"><span class="sr">${t("actions")}</span></th></tr></thead><tbody>${items.map(row)}</tbody></table></div>`}
    ${doing && html`<${RuleForm} of=${doing.of} onClose=${() => setDoing(null)} done=${again} />`}`;
}
