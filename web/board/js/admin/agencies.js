// The agencies of the range: made, renamed, closed.

import { html, useState } from "preact";
import { session } from "../api.js";
import { Choice, Short } from "../desk/fields.js";
import { useSend } from "../post.js";
import { now, timeWord } from "../dates.js";
import { Dialog, Quiet, say } from "../parts.js";
import { agencyName, loadPeople } from "../people.js";
import { Sign } from "../shapes.js";
import { known, t } from "../words.js";
import { change, create, useRecords } from "./records.js";
import { ownAgencies } from "./userform.js";

/** @typedef {{id: string, name: string, division_code: string, level: string, parent: string, phone: string, address: string, disabled_at: string}} Agency */

const LEVELS = ["nation", "province", "city", "county", "town"];

/** Whether the reader may change it. @param {Agency} a */
function isOwn(a) {
  const me = session.get().user;
  return Boolean(me && a.division_code >= me.scope_from.slice(0, a.division_code.length) && a.division_code <= me.scope_to);
}

/** @param {{of?: Agency, onClose: () => void, done: () => void}} props */
function AgencyForm({ of, onClose, done }) {
  const [v, setV] = useState({ name: of?.name ?? "", division_code: of?.division_code ?? "", level: of?.level || "county", parent: of?.parent ?? session.get().user?.agency ?? "", phone: of?.phone ?? "", address: of?.address ?? "" });
  const { busy, wrong, send } = useSend();
  const set = (/** @type {keyof typeof v} */ name) => (/** @type {any} */ value) => setV((was) => ({ ...was, [name]: value }));
  const save = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const values = { ...v, name: v.name.trim(), division_code: v.division_code.trim() };
    if (!(await send(() => (of ? change("agencies", of.id, values) : create("agencies", values))))) return;
    say(t("admin_saved", { name: values.name }));
    loadPeople();
    done();
    onClose();
  };
  const moved = of && v.division_code !== of.division_code;
  return html`<${Dialog} title=${of ? t("admin_edit_of", { name: of.name }) : t("admin_add_agency")} onClose=${onClose} locked=${busy} foot=${html`<p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="submit" form="agency-form" class="main" disabled=${busy}>${t(of ? "save" : "admin_create")}</button>`}>
    <form id="agency-form" class="stack" onSubmit=${save}><${Short} label=${t("admin_agency_name")} value=${v.name} set=${set("name")} />
      <div class="pair"><${Short} label=${t("filter_division_code")} value=${v.division_code} set=${set("division_code")} pattern="[0-9]{6}([0-9]{3}|[0-9]{6})?" hint=${moved ? t("admin_division_moves") : t("admin_division_hint")} />
        <${Choice} label=${t("admin_level")} value=${v.level} set=${set("level")} options=${LEVELS.map((l) => [l, t("admin_level_" + l)])} /></div>
      <${Choice} label=${t("admin_parent")} value=${v.parent} set=${set("parent")} required=${false} empty=${t("admin_no_parent")} options=${ownAgencies().filter((a) => a.id !== of?.id).map((a) => [a.id, a.name])} />
      <div class="pair"><${Short} label=${t("admin_phone")} kind="tel" value=${v.phone} set=${set("phone")} required=${false} /><${Short} label=${t("desk_address")} value=${v.address} set=${set("address")} required=${false} /></div>
    </form></${Dialog}>`;
}

/** @param {{of: Agency, onClose: () => void, done: () => void}} props */
function Close({ of, onClose, done }) {
  const { busy, wrong, send } = useSend();
  const open = !of.disabled_at;
  const run = async () => {
    if (!(await send(() => change("agencies", of.id, { disabled_at: open ? new Date(now()).toISOString() : "" })))) return;
    say(t(open ? "admin_is_disabled" : "admin_is_enabled", { name: of.name }));
    loadPeople();
    done();
    onClose();
  };
  return html`<${Dialog} title=${t(open ? "admin_disable_of" : "admin_enable_of", { name: of.name })} class="small-dialog" onClose=${onClose} locked=${busy} foot=${html`<p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="button" class=${open ? "main danger" : "main"} disabled=${busy} onClick=${run}>${t(open ? "admin_close_agency" : "admin_open_agency")}</button>`}><p>${t(open ? "admin_close_note" : "admin_open_note")}</p></${Dialog}>`;
}

export function Agencies() {
  const { items, wrong, ready, again } = useRecords("agencies", { sort: "division_code,name", perPage: 500 });
  const [doing, setDoing] = useState(/** @type {{what: string, of?: Agency} | null} */ (null));
  const end = () => setDoing(null);
  const row = (/** @type {Agency} */ a) => html`<tr key=${a.id} class=${a.disabled_at ? "off" : ""}><th scope="row"><b>${a.name}</b><span class="small muted">${a.parent ? agencyName(a.parent) : ""}</span></th><td class="num">${a.division_code}</td><td>${known("admin_level_" + a.level) || "–"}</td><td class="num">${a.phone || "–"}</td>
    <td>${a.disabled_at ? html`<span class="muted">${t("admin_disabled_since", { at: timeWord(a.disabled_at) })}</span>` : html`<span class="well"><${Sign} name="check" />${t("admin_enabled")}</span>`}</td>
    <td class="acts">${isOwn(a) ? html`<button type="button" class="plain" onClick=${() => setDoing({ what: "edit", of: a })}>${t("admin_edit")}</button><button type="button" class="plain" onClick=${() => setDoing({ what: "close", of: a })}>${t(a.disabled_at ? "admin_act_enable" : "admin_act_disable")}</button>` : html`<span class="muted small">${t("admin_above")}</span>`}</td></tr>`;
  return html`<header class="view-head"><h1>${t("admin_part_agencies")}</h1><span class="muted num" role="status">${ready && items.length}</span><span class="grow"></span><button type="button" class="main" onClick=${() => setDoing({ what: "add" })}><${Sign} name="plus" />${t("admin_add_agency")}</button></header>
    ${wrong ? html`<${Quiet} wrong again=${again}>${wrong}</${Quiet}>` : html`<div class="table-box"><table class="table"><thead><tr>${["name", "division", "level", "phone", "state"].map((c) => html`<th key=${c} scope="col">${t("admin_column_" + c)}</th>`)}<th scope="col"><span class="sr">${t("actions")}</span></th></tr></thead><tbody>${items.map(row)}</tbody></table></div>`}
    ${doing && (doing.what === "close" ? html`<${Close} of=${/** @type {Agency} */ (doing.of)} onClose=${end} done=${again} />` : html`<${AgencyForm} of=${doing.of} onClose=${end} done=${again} />`)}`;
}
