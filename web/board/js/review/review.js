// The reviewer's desk: the replies that wait, and the one that is looked at.

import { html, useEffect } from "preact";
import { Nothing } from "../desk/nothing.js";
import { Looked } from "../inbox/left.js";
import { Waits } from "../inbox/list.js";
import { decided, entryAt, openQueue, queue, readQueue, stepEntry } from "../inbox/queue.js";
import { useKey } from "../keys.js";
import { Quiet } from "../parts.js";
import { loadPeople, people } from "../people.js";
import { route } from "../router.js";
import { useStore } from "../store.js";
import { language, t } from "../words.js";
import { Reply } from "./reply.js";

const NAME = "replying";

/** @param {{id: string}} props */
function Waiting({ id }) {
  const q = useStore(queue, (s) => s);
  const entry = entryAt(q, id);
  if (q.state === "wrong") return html`<div class="matter"><${Quiet} wrong again=${readQueue}>${q.wrong}</${Quiet}></div>`;
  if (q.state === "loading" || q.name !== NAME) return html`<div class="matter" aria-busy="true"><div class="matter-wait waiting"><i></i><i></i><i></i></div></div>`;
  if (!entry) return html`<div class="matter"><${Nothing} title=${t("inbox_none_replying")}>${t("inbox_none_more_replying")}</${Nothing}></div>`;
  return html`<${Looked} q=${q} entry=${entry} label=${t("inbox_queue_replying")}><${Reply} key=${entry.id} of=${/** @type {any} */ (entry.case)} done=${() => decided(entry.id)} sentBack=${readQueue} /></${Looked}>`;
}

export function ReviewView() {
  const query = useStore(route, (r) => r.query);
  const { total, state } = useStore(queue, (q) => q);
  useStore(people, (p) => p);
  useStore(language, (l) => l.code);
  useEffect(() => {
    loadPeople();
    openQueue(NAME);
  }, []);
  useKey("next", () => stepEntry(1));
  useKey("previous", () => stepEntry(-1));
  return html`<div class="inbox"><header class="view-head"><h1>${t("desk_view_review")}</h1><span class="muted num" role="status">${state === "ready" && t("review_number", { n: total })}</span></header>
    <div class="inbox-body"><${Waits} name=${NAME} at=${query.item ?? ""} /><${Waiting} id=${query.item ?? ""} /></div></div>`;
}
