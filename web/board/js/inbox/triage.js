// A new complaint: what it says left, what is decided about it right, with cases that may be
// the same matter.

import { html, useEffect, useState } from "preact";
import { session } from "../api.js";
import { CaseFacts, CaseHead } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Decision, Ways } from "../desk/decision.js";
import { post } from "../post.js";
import { Picture } from "../desk/photo.js";
import { photoName } from "../panel/photos.js";
import { say } from "../parts.js";
import { sentence } from "../api.js";
import { actionWord, t } from "../words.js";
import { loadDivisions, drawn } from "./divisions.js";
import { useStore } from "../store.js";
import { Accept, Refuse, sayDone, Transfer } from "./forms.js";
import { Merged } from "./merged.js";
import { Twins } from "./twins.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {import("./twins.js").Twin} Twin
 * @typedef {{entry: import("./queue.js").Entry, done: () => void}} EntryProps
 */

/** What was written; the original, with the names in it, on demand. @param {{of: Case, file: import("../panel/file.js").CaseFile | null}} props */
export function Words({ of, file }) {
  const [original, show] = useState(false);
  const all = file?.complaints ?? [];
  const differs = all.some((m) => m.text && m.text !== m.redacted);
  const shown = all.length > 0 ? all.map((m) => (original ? m.text : m.redacted || m.text)) : [/** @type {any} */ (of).text];
  return html`<section class="words"><h3>${t("inbox_words")}${differs && html`<button type="button" class="link" aria-pressed=${original ? "true" : "false"} onClick=${() => show(!original)}>${t(original ? "inbox_redacted" : "inbox_original")}</button>`}</h3>
    ${shown.map((text, i) => html`<p key=${i} class="quote">${text}</p>`)}</section>`;
}

/** @param {{file: import("../panel/file.js").CaseFile | null}} props */
export function Pictures({ file }) {
  const photos = (file?.evidence ?? []).filter((p) => p.mime.startsWith("image/"));
  if (photos.length === 0) return null;
  return html`<section><h3>${t("desk_photos")}<span class="muted num">${photos.length}</span></h3>
    <ul class="shots">${photos.map((p) => html`<li key=${p.id}><${Picture} id=${p.id} px=${320} alt=${photoName(p)} /></li>`)}</ul></section>`;
}

/** @param {{of: Case, twin: Twin | null, done: () => void}} props */
function MergeForm({ of, twin, done }) {
  const undo = (/** @type {Case} */ child) => post(child, "unmerge", {}).then(() => say(t("desk_done", { what: actionWord("unmerge"), number: child.number })), (err) => say(sentence(err), { kind: "wrong" }));
  if (!twin) return html`<p class="muted">${t("inbox_choose_twin")}</p>`;
  return html`<${Decision} verb=${t("inbox_merge_number", { number: twin.number })} name=${actionWord("merge")} run=${() => post(of, "merge", { primary: twin.case })}
    done=${() => { sayDone("merge", of, { label: actionWord("unmerge"), run: () => undo(of) }); done(); }}>
    <p>${t("inbox_merge_note", { number: twin.number, title: twin.title })}</p></${Decision}>`;
}

/** @param {EntryProps} props */
export function Triage({ entry, done }) {
  const of = /** @type {Case} */ (entry.case);
  const { file } = useFile(of.id);
  const [way, setWay] = useState("accept");
  const [twin, setTwin] = useState(/** @type {Twin | null} */ (null));
  useStore(drawn, (d) => d.list);
  useEffect(() => void loadDivisions(), []);
  const ways = ["accept", "refuse", ...(session.get().user?.role === "dispatcher" ? ["transfer"] : []), "merge"];
  const merge = (/** @type {Twin} */ d) => {
    setTwin(d);
    setWay("merge");
    /** @type {HTMLElement | null} */ (document.querySelector(".choices [aria-pressed=true]"))?.focus();
  };
  return html`<div class="matter-main"><${CaseHead} of=${of} /><${Words} of=${of} file=${file} /><${Pictures} file=${file} /><${CaseFacts} of=${of} file=${file} /><${Merged} of=${of} />
      <${Twins} of=${of} merge=${merge} chosen=${way === "merge" ? (twin?.case ?? "") : ""} /></div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>
      <${Ways} label=${t("inbox_decide")} value=${way} set=${setWay} options=${ways.map((w) => [w, actionWord(w)])} />
      ${way === "accept" && html`<${Accept} key=${of.division_code} of=${of} done=${done} />`}
      ${way === "refuse" && html`<${Refuse} of=${of} done=${done} />`}
      ${way === "transfer" && html`<${Transfer} of=${of} done=${done} />`}
      ${way === "merge" && html`<${MergeForm} of=${of} twin=${twin} done=${done} />`}
    </aside>`;
}
