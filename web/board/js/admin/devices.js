// The phones of the range, and how one that is lost is taken out of service.

import { html, useState } from "preact";
import { Dialog } from "../parts.js";
import { people } from "../people.js";
import { Phones } from "../phones/table.js";
import { t } from "../words.js";
import { Disable, NewPassword } from "./access.js";

/** What can be done about a phone, and what each does to what it holds. @param {{name: string, choose: (way: string) => void, onClose: () => void}} props */
const Revoke = ({ name, choose, onClose }) => html`<${Dialog} title=${t("admin_revoke_of", { name })} onClose=${onClose}><div class="stack">
  <p>${t("admin_revoke_note")}</p>
  <ul class="ways-out">${["disable", "password"].map((way) => html`<li key=${way}><h3>${t("admin_revoke_" + way)}</h3><p class="muted">${t("admin_revoke_what_" + way)}</p><button type="button" onClick=${() => choose(way)}>${t("admin_act_" + way)}…</button></li>`)}</ul>
</div></${Dialog}>`;

export function Devices() {
  const [doing, setDoing] = useState(/** @type {{way: string, of: {id: string, name: string, email: string}} | null} */ (null));
  const [turn, again] = useState(0);
  const start = (/** @type {import("../phones/judge.js").Phone} */ p) => setDoing({ way: "", of: { id: p.user, name: p.name, email: /** @type {any} */ (people.get().users.get(p.user))?.email ?? "" } });
  const close = () => setDoing(null);
  const Form = doing?.way === "disable" ? Disable : NewPassword;
  return html`<${Phones} key=${turn} act=${(/** @type {import("../phones/judge.js").Phone} */ p) => html`<button type="button" class="plain" onClick=${() => start(p)}>${t("admin_revoke")}</button>`} />
    ${doing && (doing.way === "" ? html`<${Revoke} name=${doing.of.name} onClose=${close} choose=${(/** @type {string} */ way) => setDoing({ ...doing, way })} />`
      : html`<${Form} of=${doing.of} onClose=${close} done=${() => doing.way === "disable" && again(turn + 1)} />`)}`;
}
