// The administrator's view: people, agencies, phones, the calendar, deadlines, the log of reveals.

import { html, useEffect } from "preact";
import { session } from "../api.js";
import { Quiet } from "../parts.js";
import { loadPeople, people } from "../people.js";
import { href, route } from "../router.js";
import { useStore } from "../store.js";
import { language, t } from "../words.js";
import { Agencies } from "./agencies.js";
import { Calendar } from "./calendar.js";
import { Devices } from "./devices.js";
import { Reveals } from "./reveals.js";
import { Rules } from "./rules.js";
import { Users } from "./users.js";

/** @type {[string, any][]} */
const PARTS = [["users", Users], ["agencies", Agencies], ["phones", Devices], ["holidays", Calendar], ["rules", Rules], ["reveals", Reveals]];

export function AdminView() {
  const id = useStore(route, (r) => r.id);
  const user = useStore(session, (s) => s.user);
  useStore(people, (p) => p);
  useStore(language, (l) => l.code);
  useEffect(() => void loadPeople(), [user?.id]);
  const mine = user?.role === "admin" ? PARTS : user?.role === "supervisor" ? PARTS.filter(([name]) => name === "reveals") : [];
  if (mine.length === 0) return html`<${Quiet}>${t("admin_not_for_you")}</${Quiet}>`;
  const [name, Part] = mine.find(([n]) => n === id) ?? mine[0];
  return html`<div class="inbox"><nav class="queues" aria-label=${t("desk_view_admin")}>${mine.map(([n]) => html`<a key=${n} href=${href({ view: "admin", id: n, query: {} })} aria-current=${n === name ? "page" : null}><span>${t("admin_part_" + n)}</span></a>`)}</nav>
    <div class="admin-body"><${Part} key=${name} /></div></div>`;
}
