// The inbox: what waits for a decision, by queues; the list left, what is decided about right.

import { html, useEffect } from "preact";
import { session } from "../api.js";
import { Nothing } from "../desk/nothing.js";
import { countInbox, inbox } from "../header.js";
import { useKey } from "../keys.js";
import { Quiet } from "../parts.js";
import { loadPeople, people } from "../people.js";
import { go, href, route } from "../router.js";
import { useStore } from "../store.js";
import { language, t } from "../words.js";
import { Due } from "./due.js";
import { Flagged } from "./flagged.js";
import { Held } from "./held.js";
import { Late } from "./late.js";
import { Looked } from "./left.js";
import { Waits } from "./list.js";
import { Objected } from "./objected.js";
import { decided, entryAt, openQueue, queue, readQueue, stepEntry } from "./queue.js";
import { Replying } from "./replying.js";
import { Triage } from "./triage.js";
import { Uncertain } from "./uncertain.js";

/** The queues in the order of the day's work, and what shows an entry of each. @type {[string, any][]} */
const QUEUES = [
  ["triage", Triage], ["uncertain", Uncertain], ["held", Held], ["review", Late], ["flagged", Flagged], ["objected", Objected],
  ["overdue", Due], ["due_soon", Due], ["replying", Replying],
];

/** @param {{counts: Record<string, number>, at: string}} props */
const Queues = ({ counts, at }) => html`<nav class="queues" aria-label=${t("inbox")}>${QUEUES.filter(([name]) => counts[name] !== undefined).map(([name]) => html`<a key=${name}
  href=${href({ view: "inbox", id: name, query: {} })} aria-current=${name === at ? "page" : null} class=${counts[name] === 0 ? "none" : ""}><span>${t("inbox_queue_" + name)}</span><b class="num">${counts[name]}</b></a>`)}</nav>`;

/** @param {{name: string, id: string}} props */
function Matter({ name, id }) {
  const q = useStore(queue, (s) => s);
  const entry = entryAt(q, id);
  const Shown = QUEUES.find(([n]) => n === name)?.[1];
  if (q.state === "wrong") return html`<div class="matter"><${Quiet} wrong again=${readQueue}>${q.wrong}</${Quiet}></div>`;
  if (q.state === "loading" || q.name !== name) return html`<div class="matter" aria-busy="true"><div class="matter-wait waiting"><i></i><i></i><i></i></div></div>`;
  if (!entry) return html`<div class="matter"><${Nothing} title=${t("inbox_none_" + name)}>${t("inbox_none_more_" + name)}</${Nothing}></div>`;
  return html`<${Looked} q=${q} entry=${entry} label=${t("inbox_queue_" + name)}><${Shown} key=${entry.id} entry=${entry} done=${() => decided(entry.id)} /></${Looked}>`;
}

export function InboxView() {
  const { id, query } = useStore(route, (r) => r);
  const counts = useStore(inbox, (i) => i.counts);
  const user = useStore(session, (s) => s.user);
  useStore(people, (p) => p);
  useStore(language, (l) => l.code);
  const mine = counts ? QUEUES.map(([name]) => name).filter((name) => counts[name] !== undefined) : [];
  const name = mine.includes(id) ? id : (mine.find((n) => (counts?.[n] ?? 0) > 0) ?? mine[0] ?? "");
  useEffect(() => {
    loadPeople();
    countInbox();
  }, [user?.id]);
  useEffect(() => {
    if (!name) return;
    if (name !== id) go({ id: name, query: {} }, { replace: true });
    openQueue(name);
  }, [name, id]);
  useKey("next", () => stepEntry(1));
  useKey("previous", () => stepEntry(-1));
  if (!counts) return html`<${Quiet}>${t("inbox_not_for_you")}</${Quiet}>`;
  return html`<div class="inbox"><h1 class="sr">${t("inbox")}</h1><${Queues} counts=${counts} at=${name} />
    <div class="inbox-body"><${Waits} name=${name} at=${query.item ?? ""} /><${Matter} name=${name} id=${query.item ?? ""} /></div>
  </div>`;
}
