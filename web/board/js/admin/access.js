// Who may come in: to shut somebody out, to let him in again, to give him another password.

import { html, useState } from "preact";
import { useSend } from "../post.js";
import { now } from "../dates.js";
import { Dialog, say } from "../parts.js";
import { t } from "../words.js";
import { newPassword, ShowOnce } from "./password.js";
import { change } from "./records.js";

/** @typedef {{of: {id: string, name: string, email: string}, onClose: () => void, done: () => void}} AccessProps */

/** @param {{title: string, verb: string, onClose: () => void, act: () => Promise<any>, done: () => void, children: any, danger?: boolean}} props */
function Sure({ title, verb, onClose, act, done, children, danger = false }) {
  const { busy, wrong, send } = useSend();
  const run = async () => (await send(act)) && done();
  return html`<${Dialog} title=${title} class="small-dialog" onClose=${onClose} locked=${busy} foot=${html`<p class="wrong grow" role="alert">${wrong}</p><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="button" class=${danger ? "main danger" : "main"} disabled=${busy} onClick=${run}>${verb}</button>`}>${children}</${Dialog}>`;
}

/** @param {AccessProps} props */
export const Disable = ({ of, onClose, done }) => html`<${Sure} title=${t("admin_disable_of", { name: of.name })} verb=${t("admin_act_disable")} danger onClose=${onClose} act=${() => change("users", of.id, { disabled_at: new Date(now()).toISOString() })}
  done=${() => { say(t("admin_is_disabled", { name: of.name })); done(); onClose(); }}><div class="stack"><p>${t("admin_disable_note")}</p><ul class="bullets"><li>${t("admin_disable_login")}</li><li>${t("admin_disable_wipe")}</li><li>${t("admin_disable_held")}</li><li>${t("admin_disable_back")}</li></ul></div></${Sure}>`;

/** @param {AccessProps} props */
export const Enable = ({ of, onClose, done }) => html`<${Sure} title=${t("admin_enable_of", { name: of.name })} verb=${t("admin_act_enable")} onClose=${onClose} act=${() => change("users", of.id, { disabled_at: "" })}
  done=${() => { say(t("admin_is_enabled", { name: of.name })); done(); onClose(); }}><p>${t("admin_enable_note")}</p></${Sure}>`;

/** @param {AccessProps} props */
export function NewPassword({ of, onClose, done }) {
  const [password, setPassword] = useState("");
  const next = newPassword();
  if (password) return html`<${ShowOnce} name=${of.name} email=${of.email} password=${password} note=${t("admin_signed_out_note")} onClose=${onClose} />`;
  return html`<${Sure} title=${t("admin_reset_of", { name: of.name })} verb=${t("admin_act_password")} onClose=${onClose} act=${() => change("users", of.id, { password: next, passwordConfirm: next }).then(() => setPassword(next))} done=${done}>
    <div class="stack"><p>${t("admin_reset_note")}</p><p class="small muted">${t("admin_signed_out_note")}</p></div></${Sure}>`;
}
