// Held work: what stands and what a phone sent, side by side with what differs, and the
// decision between them.

import { html, useState } from "preact";
import { Problem, session } from "../api.js";
import { fileOf } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Decision } from "../desk/decision.js";
import { compare } from "../desk/diff.js";
import { Long } from "../desk/fields.js";
import { Picture } from "../desk/photo.js";
import { Title } from "../desk/title.js";
import { timeWord } from "../dates.js";
import { say } from "../parts.js";
import { Sign } from "../shapes.js";
import { t, zh } from "../words.js";
import { readQueue } from "./queue.js";
import { settle } from "./settle.js";
import { fieldName, Value } from "./value.js";

/**
 * @typedef {{id: string, kind: string, case: string, number: string, collection: string, record: string, field: string, base: any, theirs: any, ours: any,
 *   now: any, version: string, now_by_name: string, now_at: string, author: string, author_name: string, device_at: string, received_at: string, position: any, photos: string[],
 *   code: string, happened: string, happened_zh: string, decide: string, decide_zh: string}} Item
 */

/** Why it waits, in the server's words. @param {{of: Item}} props */
export const Why = ({ of }) => html`<div class="why"><p><b>${zh() ? of.happened_zh : of.happened}</b></p><p class="muted">${zh() ? of.decide_zh : of.decide}</p></div>`;

/** @param {{of: Item, title: any, about?: string}} props */
export const HeldHead = ({ of, title, about }) => html`<header class="matter-head">
  <div class="matter-line"><span class="wait-kind"><${Sign} name=${of.kind === "action" ? "clock" : "swap"} />${t("inbox_kind_" + of.kind)}</span><span class="num muted">${of.number}</span>
    ${of.case && html`<a class="go-file" href=${fileOf(of.case)}><${Sign} name="folder" />${t("desk_open_case")}</a>`}</div>
  <${Title}>${title}</${Title}>
  <p class="dots num"><span>${of.author_name || t("somebody")}</span><span>${t("inbox_written_at", { at: timeWord(of.device_at) })}</span><span>${t("inbox_received_at", { at: timeWord(of.received_at) })}</span></p>${about && html`<p class="muted">${about}</p>`}
</header>`;

/** Photos that belong to held work. @param {{ids: string[]}} props */
export const Proofs = ({ ids }) => ids.length > 0 && html`<section><h3>${t("inbox_proofs")}<span class="muted num">${ids.length}</span></h3>
  <ul class="shots">${ids.map((id, i) => html`<li key=${id}><${Picture} id=${id} px=${320} alt=${t("desk_photo_number", { n: i + 1 })} /></li>`)}</ul></section>`;

/** A side of the comparison, which is chosen by its radio. @param {{id: string, name: string, about: any, value: any, other: any, field: string, take: string, choose: (take: string) => void, mayChoose: boolean, mark: string}} props */
function Side({ id, name, about, value, other, field, take, choose, mayChoose, mark }) {
  const both = typeof value === "string" && typeof other === "string";
  return html`<section class=${take === id ? "side-of on" : "side-of"} aria-label=${name}>
    <label class="option">${mayChoose && html`<input type="radio" name="take" checked=${take === id} onChange=${() => choose(id)} />`}<span><b>${name}</b><small class="num">${about}</small></span></label>
    ${both ? html`<p class="quote">${compare(value, other)[0].map((p, i) => (p.same ? p.text : html`<mark key=${i} class=${mark}>${p.text}</mark>`))}</p>` : html`<${Value} of=${value} field=${field} />`}
  </section>`;
}

/** What the author had before him. @param {Item} of */
function seen(of) {
  if (of.base === "" || of.base === null || of.base === undefined) return t("inbox_base_empty", { name: of.author_name });
  return String(of.base) === of.version ? t("inbox_base_same", { name: of.author_name }) : t("inbox_base_older", { name: of.author_name });
}

/** What a third value may be: a text, or a number; all else is one side or the other. @param {any} now @param {any} ours */
const writable = (now, ours) => [now, ours].every((v) => v === null || v === undefined || typeof v === "string") || [now, ours].every((v) => v === null || typeof v === "number");

/** @param {{of: Item, take: string, choose: (take: string) => void, text: string, write: (text: string) => void, mayChoose: boolean}} props */
function Sides({ of, take, choose, text, write, mayChoose }) {
  const moved = JSON.stringify(of.theirs ?? null) !== JSON.stringify(of.now ?? null);
  const standing = of.now_by_name ? t("inbox_by_at", { name: of.now_by_name, at: timeWord(of.now_at) }) : t("inbox_stands");
  return html`<div class=${moved ? "sides three" : "sides"}>
      ${moved && html`<section class="side-of was"><div class="option"><span><b>${t("inbox_theirs_then")}</b><small>${t("inbox_theirs_note")}</small></span></div><${Value} of=${of.theirs} field=${of.field} /></section>`}
      <${Side} id="theirs" name=${t("inbox_now")} about=${standing} value=${of.now ?? ""} other=${of.ours} field=${of.field} take=${take} choose=${choose} mayChoose=${mayChoose} mark="less" />
      <${Side} id="ours" name=${t("inbox_ours")} about=${t("inbox_by_at", { name: of.author_name, at: timeWord(of.device_at) })} value=${of.ours} other=${of.now ?? ""} field=${of.field} take=${take} choose=${choose} mayChoose=${mayChoose} mark="more" />
    </div>
    ${mayChoose && writable(of.now, of.ours) && html`<section class=${take === "text" ? "side-of third on" : "side-of third"}><label class="option"><input type="radio" name="take" checked=${take === "text"} onChange=${() => choose("text")} /><span><b>${t("inbox_third")}</b><small>${t("inbox_third_note")}</small></span></label>
      ${take === "text" && html`<textarea rows="4" aria-label=${t("inbox_third")} value=${text} onInput=${(/** @type {any} */ e) => write(e.target.value)}></textarea>`}</section>`}`;
}

/** A record that came too late, or what has no form: the whole of it. @param {{of: Item, take: string, choose: (take: string) => void, mayChoose: boolean}} props */
const Whole = ({ of, take, choose, mayChoose }) => html`<section class="side-of"><div class="option"><span><b>${t("inbox_sent")}</b></span></div><${Value} of=${of.ours} field="" /></section>
  ${mayChoose && of.kind !== "body" && html`<div class="sides">${["ours", "theirs"].map((id) => html`<label key=${id} class=${take === id ? "option side-of on" : "option side-of"}><input type="radio" name="take" checked=${take === id} onChange=${() => choose(id)} /><span><b>${t("inbox_whole_" + id)}</b></span></label>`)}</div>`}`;

/** @param {import("./triage.js").EntryProps} props */
export function Held({ entry, done }) {
  const of = /** @type {Item} */ (/** @type {any} */ (entry));
  const edit = of.kind === "edit";
  const { file } = useFile(of.case);
  const [take, choose] = useState(of.kind === "body" ? "theirs" : "");
  const [text, write] = useState(typeof of.ours === "string" || typeof of.ours === "number" ? String(of.ours) : "");
  const [reason, setReason] = useState("");
  const mayChoose = session.get().user?.role === "dispatcher";
  const value = typeof (of.ours ?? of.now) === "number" ? Number(text) : text;
  const run = async () => {
    const no = t("inbox_no_number");
    if (take === "text" && typeof value === "number" && !Number.isFinite(value)) throw new Problem({ status: 400, code: "no_number", title: no, title_zh: no });
    try {
      return await settle(of, take === "text" ? { take, value, reason } : { take, reason });
    } catch (err) {
      if (err instanceof Problem && err.code === "held_moved") readQueue();
      throw err;
    }
  };
  return html`<div class="matter-main wide"><${HeldHead} of=${of} title=${edit ? fieldName(of.field) : t("inbox_whole_title", { what: t("inbox_collection_" + of.collection) })} about=${file?.case.title} />
    <${Why} of=${of} />
    ${edit ? html`<div class="stack"><${Sides} of=${of} take=${take} choose=${choose} text=${text} write=${write} mayChoose=${mayChoose} /><p class="small muted">${seen(of)}</p></div>`
      : html`<${Whole} of=${of} take=${take} choose=${choose} mayChoose=${mayChoose} />`}
    ${mayChoose ? html`<${Decision} verb=${take ? t("inbox_take_" + take) : t("inbox_decide")} ready=${Boolean(take && reason.trim() && (take !== "text" || text.trim()))} run=${run}
        done=${() => { say(t("inbox_settled", { number: of.number })); done(); }}>
        <${Long} label=${t("desk_reason")} value=${reason} set=${setReason} rows=${2} suggest=${edit ? [t("inbox_say_checked"), t("inbox_say_times"), t("inbox_say_merged")] : [t("inbox_say_checked")]} /></${Decision}>`
      : html`<p class="muted only-read"><${Sign} name="eye" />${t("inbox_dispatcher_decides")}</p>`}
    <${Proofs} ids=${of.photos} /></div>`;
}
