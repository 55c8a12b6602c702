// Who is who: the users and agencies that the reader may know of.

import { api, query, session } from "./api.js";
import { createStore } from "./store.js";
import { t, zh } from "./words.js";

/**
 * @typedef {{id: string, name: string, role: string, agency: string, certificate_no: string, certificate_until: string,
 *   on_duty: boolean, disabled_at: string}} Person
 * @typedef {{id: string, name: string, division_code: string, level: string, parent?: string}} Agency
 */

export const people = createStore({
  users: /** @type {Map<string, Person>} */ (new Map()),
  agencies: /** @type {Map<string, Agency>} */ (new Map()),
});

const PAGE = 500;

/** @param {string} collection @returns {Promise<any[]>} */
async function every(collection) {
  /** @type {any[]} */
  const out = [];
  for (let page = 1; ; page++) {
    const { items } = await api(`/api/collections/${collection}/records` + query({ perPage: PAGE, page, skipTotal: true, sort: "name" }));
    out.push(...items);
    if (items.length < PAGE) return out;
  }
}

/** Reads them anew; what the reader may not see stays unknown. */
export async function loadPeople() {
  if (!session.get().user) return;
  const [users, agencies] = await Promise.all([every("users"), every("agencies")].map((p) => p.catch(() => [])));
  people.set({ users: new Map(users.map((u) => [u.id, u])), agencies: new Map(agencies.map((a) => [a.id, a])) });
}

/** Adds users that another answer named. @param {{id: string, name: string}[]} list */
export function learn(list) {
  const users = new Map(people.get().users);
  for (const u of list) users.set(u.id, { ...users.get(u.id), .../** @type {any} */ (u) });
  people.set({ users });
}

/** A user's name; a word for one whom the reader may not know. @param {string} id */
export const nameOf = (id) => people.get().users.get(id)?.name ?? t("colleague");

/** @param {string} id */
export const knownName = (id) => people.get().users.get(id)?.name ?? "";

/** @param {string} id */
export const agencyName = (id) => people.get().agencies.get(id)?.name ?? t("agency_unknown");

/** An agency's name without what all of them have. @param {string} id or its name */
export const shortAgency = (id) => (people.get().agencies.get(id)?.name ?? (/[^\w]/.test(id) ? id : "")).replace(/^.*生态环境局(?=.)/, "").replace(/生态环境(分)?局$/, "");

/** Who is on a case now; those of a reopened one were on the round before. @param {{status: string, inspectors: string[] | null}} c */
export const onCase = (c) => (c.status === "reopened" ? [] : (c.inspectors ?? []));

/** The officers of a case: the lead first, the others as a number. @param {{inspectors: string[] | null, lead: string}} c */
export function crewWord(c) {
  const ids = c.inspectors ?? [];
  if (ids.length === 0) return "";
  const first = knownName(c.lead || ids[0]);
  if (!first) return t("crew_number", { n: ids.length });
  if (ids.length === 2 && knownName(ids[0]) && knownName(ids[1])) {
    const other = ids.find((id) => id !== (c.lead || ids[0])) ?? "";
    return zh() ? `${first}、${knownName(other)}` : `${first}, ${knownName(other)}`;
  }
  return ids.length === 1 ? first : t("crew_more", { name: first, n: ids.length });
}
