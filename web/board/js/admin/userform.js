// The form of a user: who, in which role, of which agency, with which certificate.

import { html, useState } from "preact";
import { session } from "../api.js";
import { Choice, Day, Short } from "../desk/fields.js";
import { useSend } from "../post.js";
import { daysTo } from "../dates.js";
import { Dialog, say } from "../parts.js";
import { loadPeople, people } from "../people.js";
import { config, t, word } from "../words.js";
import { newPassword, ShowOnce } from "./password.js";
import { change, create } from "./records.js";

/** @typedef {import("./users.js").User} User */

/** The agencies under which the reader may put somebody. */
export const ownAgencies = () => {
  const me = session.get().user;
  return [...people.get().agencies.values()].filter((a) => me && a.division_code >= me.scope_from.slice(0, a.division_code.length) && a.division_code <= me.scope_to && !(/** @type {any} */ (a).disabled_at));
};

/** @param {{of?: User, onClose: () => void, done: () => void}} props of: none for a new one */
export function UserForm({ of, onClose, done }) {
  const [v, setV] = useState({
    name: of?.name ?? "", email: of?.email ?? "", role: of?.role ?? "inspector", agency: of?.agency ?? session.get().user?.agency ?? "",
    certificate_no: of?.certificate_no ?? "", certificate_until: of?.certificate_until ?? "", phone: of?.phone ?? "",
  });
  const [made, setMade] = useState(/** @type {{password: string} | null} */ (null));
  const { busy, wrong, send } = useSend();
  const set = (/** @type {keyof typeof v} */ name) => (/** @type {any} */ value) => setV((now) => ({ ...now, [name]: value }));
  const save = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const values = { ...v, name: v.name.trim(), email: v.email.trim() };
    const password = newPassword();
    const taken = await send(() => (of ? change("users", of.id, values) : create("users", { ...values, language: "zh-CN", emailVisibility: false, password, passwordConfirm: password })));
    if (!taken) return;
    done();
    loadPeople();
    if (!of) return setMade({ password });
    say(t("admin_saved", { name: values.name }));
    onClose();
  };
  if (made) return html`<${ShowOnce} name=${v.name} email=${v.email} password=${made.password} note=${t("admin_first_note")} onClose=${onClose} />`;
  const ends = v.certificate_until && daysTo(v.certificate_until) <= 30;
  return html`<${Dialog} title=${of ? t("admin_edit_of", { name: of.name }) : t("admin_add_user")} onClose=${onClose} locked=${busy} foot=${html`<p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="submit" form="user-form" class="main" disabled=${busy}>${t(of ? "save" : "admin_create")}</button>`}>
    <form id="user-form" class="stack" onSubmit=${save}>
      <div class="pair"><${Short} label=${t("admin_name")} value=${v.name} set=${set("name")} /><${Short} label=${t("email")} kind="email" value=${v.email} set=${set("email")} hint=${t("admin_email_hint")} /></div>
      <div class="pair"><${Choice} label=${t("admin_column_role")} value=${v.role} set=${set("role")} options=${Object.keys(config.process.words.role).map((r) => [r, word("role", r)])} />
        <${Choice} label=${t("admin_column_agency")} value=${v.agency} set=${set("agency")} options=${ownAgencies().map((a) => [a.id, a.name])} /></div>
      <div class="pair"><${Short} label=${t("admin_certificate_no")} value=${v.certificate_no} set=${set("certificate_no")} required=${v.role === "inspector"} />
        <${Day} label=${t("admin_certificate_until")} value=${v.certificate_until} set=${set("certificate_until")} required=${v.role === "inspector"} past hint=${ends && html`<span class="overdue">${t("admin_certificate_soon")}</span>`} /></div>
      <${Short} label=${t("admin_phone")} kind="tel" value=${v.phone} set=${set("phone")} required=${false} />
      ${!of && html`<p class="small muted">${t("admin_password_note")}</p>`}
    </form></${Dialog}>`;
}
