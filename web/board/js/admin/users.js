// The people of the range: found, made, changed, shut out and let in again.

import { html, useState } from "preact";
import { session } from "../api.js";
import { Nothing } from "../desk/nothing.js";
import { daysTo, dayOf, dayWord, now, timeWord } from "../dates.js";
import { Menu, Quiet } from "../parts.js";
import { agencyName, people } from "../people.js";
import { Sign } from "../shapes.js";
import { Pages } from "../supervise/supervise.js";
import { config, t, word } from "../words.js";
import { Disable, Enable, NewPassword } from "./access.js";
import { quoted, useRecords } from "./records.js";
import { UserForm } from "./userform.js";

/** @typedef {{id: string, name: string, email: string, role: string, agency: string, certificate_no: string, certificate_until: string, disabled_at: string, phone: string, on_duty: boolean, scope_from: string, scope_to: string}} User */

const WARN = 30; // days before a certificate ends

/** Whether an officer's certificate lasts, in words. @param {{of: User}} props */
export function Certificate({ of: u }) {
  if (!u.certificate_until) return u.role === "inspector" ? html`<span class="warn"><${Sign} name="flag" />${t("admin_no_certificate")}</span>` : html`<span class="muted">–</span>`;
  const left = daysTo(u.certificate_until);
  const text = left < 0 ? t("admin_certificate_over", { n: -left }) : t("admin_certificate_left", { n: left });
  return html`<span class="num">${u.certificate_no}</span>${left > WARN ? html`<span class="small muted num">${t("admin_until", { day: dayWord(u.certificate_until) })}</span>` : html`<span class="warn num"><${Sign} name="flag" />${text}</span>`}`;
}

/** @param {{q: string, role: string, agency: string, only: string}} f */
function filterOf({ q, role, agency, only }) {
  const all = [];
  if (q) all.push(`(name ~ ${quoted(q)} || email ~ ${quoted(q)} || certificate_no ~ ${quoted(q)})`);
  if (role) all.push(`role = ${quoted(role)}`);
  if (agency) all.push(`agency = ${quoted(agency)}`);
  if (only === "disabled") all.push('disabled_at != ""');
  else all.push('disabled_at = ""');
  if (only === "ending") all.push(`role = "inspector" && certificate_until <= ${quoted(dayOf(now() + WARN * 86_400_000))}`);
  return all.join(" && ");
}

/** @param {{of: User, act: (what: string) => void}} props */
function OneUser({ of: u, act }) {
  const self = u.id === session.get().user?.id;
  const entries = u.disabled_at ? ["enable"] : ["password", "disable"];
  return html`<tr class=${u.disabled_at ? "off" : ""}><th scope="row"><b>${u.name}</b><span class="small muted">${u.email}</span></th><td>${word("role", u.role)}</td><td>${agencyName(u.agency)}</td><td><${Certificate} of=${u} /></td>
    <td>${u.disabled_at ? html`<span class="muted" title=${timeWord(u.disabled_at)}>${t("admin_disabled_since", { at: timeWord(u.disabled_at) })}</span>` : html`<span class="well"><${Sign} name="check" />${t("admin_enabled")}</span>`}</td>
    <td class="acts">${self ? html`<span class="muted small">${t("admin_self")}</span>` : html`<button type="button" class="plain" onClick=${() => act("edit")}>${t("admin_edit")}</button>
      <${Menu} class="plain icon" side="end" bare label=${html`<${Sign} name="down" />`} name=${t("admin_more_of", { name: u.name })}>${(/** @type {(back?: boolean) => void} */ end) => entries.map((e) => html`<button type="button" key=${e} class="entry" onClick=${() => { end(false); act(e); }}>${t("admin_act_" + e)}</button>`)}</${Menu}>`}</td></tr>`;
}

const FORMS = /** @type {Record<string, any>} */ ({ edit: UserForm, add: UserForm, disable: Disable, enable: Enable, password: NewPassword });

export function Users() {
  const [f, setF] = useState({ q: "", role: "", agency: "", only: "" });
  const [page, setPage] = useState(1);
  const [doing, setDoing] = useState(/** @type {{what: string, of?: User} | null} */ (null));
  const { items, total, wrong, ready, again } = useRecords("users", { filter: filterOf(f), sort: "agency,name", page });
  const narrow = (/** @type {Partial<typeof f>} */ change) => {
    setF({ ...f, ...change });
    setPage(1);
  };
  const pick = (/** @type {"role" | "agency" | "only"} */ name, /** @type {string} */ all, /** @type {[string, string][]} */ options) => html`<select aria-label=${all} value=${f[name]} onChange=${(/** @type {any} */ e) => narrow({ [name]: e.target.value })}><option value="">${all}</option>${options.map(([v, text]) => html`<option key=${v} value=${v} selected=${f[name] === v}>${text}</option>`)}</select>`;
  const Form = doing && FORMS[doing.what];
  return html`<header class="view-head"><h1>${t("admin_part_users")}</h1><span class="muted num" role="status">${ready && t("admin_people_number", { n: total })}</span>
      <form class="narrow" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}><input type="search" placeholder=${t("admin_search_users")} aria-label=${t("admin_search_users")} value=${f.q} onInput=${(/** @type {any} */ e) => narrow({ q: e.target.value.trim() })} />
        ${pick("role", t("admin_all_roles"), Object.keys(config.process.words.role).map((r) => [r, word("role", r)]))}${pick("agency", t("supervise_all_agencies"), [...people.get().agencies.values()].map((a) => [a.id, a.name]))}
        ${pick("only", t("admin_only_enabled"), [["ending", t("admin_only_ending")], ["disabled", t("admin_only_disabled")]])}</form>
      <button type="button" class="main" onClick=${() => setDoing({ what: "add" })}><${Sign} name="plus" />${t("admin_add_user")}</button></header>
    ${wrong ? html`<${Quiet} wrong again=${again}>${wrong}</${Quiet}>` : ready && items.length === 0 ? html`<${Nothing} title=${t("admin_no_users")} />`
      : html`<div class="table-box"><table class="table"><thead><tr>${["name", "role", "agency", "certificate", "state"].map((c) => html`<th key=${c} scope="col">${t("admin_column_" + c)}</th>`)}<th scope="col"><span class="sr">${t("actions")}</span></th></tr></thead>
        <tbody>${items.map((u) => html`<${OneUser} key=${u.id} of=${u} act=${(/** @type {string} */ what) => setDoing({ what, of: u })} />`)}</tbody></table><${Pages} page=${page} total=${total} to=${setPage} /></div>`}
    ${Form && html`<${Form} key=${doing.what + (doing.of?.id ?? "")} of=${doing.of} onClose=${() => setDoing(null)} done=${again} />`}`;
}
