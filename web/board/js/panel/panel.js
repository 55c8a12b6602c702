// The file of a case, slid in over the map: what it is, who has it, what happened, what I can do.

import { html, useEffect, useRef } from "preact";
import { session } from "../api.js";
import { now, paper, timeWord } from "../dates.js";
import { useKey } from "../keys.js";
import { Quiet } from "../parts.js";
import { people } from "../people.js";
import { closeCase, route } from "../router.js";
import { Due, Marks } from "../row.js";
import { Sign, Status } from "../shapes.js";
import { useStore } from "../store.js";
import { actionWord, language, t } from "../words.js";
import { Actions } from "./actions.js";
import { Documents } from "./documents.js";
import { Facts, People } from "./facts.js";
import { opened, openFile, readFile } from "./file.js";
import { PhotosOf, Pairs } from "./photos.js";
import { Timeline } from "./timeline.js";

const PARTS = ["facts", "people", "course", "photos", "documents"];

function printCase() {
  paper.set({ on: true });
  setTimeout(print); // when it is drawn so
}

/** @param {{of: import("./file.js").CaseFile, told: {who: string, action: string} | null, gone: boolean}} props */
function Head({ of, told, gone }) {
  const c = of.case;
  return html`<header class="panel-head">
    <div class="line"><${Status} status=${c.status} late=${c.overdue} /><${Marks} of=${c} /><span class="num muted">${c.number}</span>
      <span class="grow"></span>
      <button type="button" class="plain icon" aria-label=${t("print")} title=${t("print")} onClick=${printCase}><${Sign} name="print" /></button>
      <button type="button" class="plain icon" aria-label=${t("close_case")} title=${t("close_case")} onClick=${closeCase}><${Sign} name="close" /></button></div>
    <h2 id="case-title" tabindex="-1">${c.title}</h2>
    <p class="facts num"><${Due} of=${c} />${c.round > 1 && html`<span>${t("round", { n: c.round })}</span>`}${c.due_provisional && html`<span title=${t("provisional_note")}>${t("provisional")}</span>`}</p>
    <p class="printed">${t("printed", { name: session.get().user?.name ?? "", at: timeWord(new Date(now()).toISOString()) })}</p>
    <div role="status" class="told-space"><span class="sr">${t("case_opened", { title: c.title })}</span>${told && html`<p class="told-line" key=${of.case.seq}>${t("just_changed", { who: told.who || t("somebody"), what: actionWord(told.action) })}</p>`}</div>
    <div role="alert">${gone && html`<p class="gone-line">${t("case_gone")}</p>`}</div>
  </header>`;
}

/** @param {{box: {current: HTMLElement | null}}} props */
const Jumps = ({ box }) => html`<nav class="jumps" aria-label=${t("parts_of_case")}>${PARTS.map((p) => html`<button type="button" class="plain" key=${p}
  onClick=${() => box.current?.querySelector(`#part-${p}`)?.scrollIntoView({ block: "start" })}>${t("part_" + p)}</button>`)}</nav>`;

export function Panel() {
  const id = useStore(route, (r) => r.id);
  const { file, wrong, told, gone } = useStore(opened, (o) => o);
  useStore(people, (p) => p);
  useStore(language, (l) => l.code);
  useStore(paper, (p) => p.on);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = useRef("");
  useEffect(() => void openFile(id), [id]);
  useEffect(() => () => {
    openFile("");
    if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (document.querySelector(".listbox"))?.focus();
  }, []);
  useEffect(() => {
    if (!file || shown.current === file.case.id) return;
    shown.current = file.case.id;
    if (box.current) box.current.scrollTop = 0;
  }, [file]);
  useKey("go_case", () => /** @type {HTMLElement | null} */ (document.querySelector("#case-title"))?.focus());
  useKey("escape", () => closeCase());
  if (wrong) return html`<aside class="panel" aria-label=${t("case")}><${Quiet} wrong again=${readFile}>${wrong}</${Quiet}><p class="center"><button type="button" class="plain" onClick=${closeCase}>${t("close_case")}</button></p></aside>`;
  if (!file) return html`<aside class="panel" aria-label=${t("case")} aria-busy="true"><div class="waiting"><i></i><i></i><i></i></div></aside>`;
  return html`<aside class="panel" aria-labelledby="case-title">
    <${Head} of=${file} told=${told} gone=${gone} />
    <${Jumps} box=${box} />
    <div class="panel-body" ref=${box} tabindex="0" role="region" aria-label=${t("case")}>
      <${Facts} of=${file} /><${People} of=${file} /><${Timeline} of=${file} /><${Pairs} of=${file} /><${PhotosOf} of=${file} /><${Documents} of=${file} />
    </div>
    <${Actions} of=${file} gone=${gone} />
  </aside>`;
}
