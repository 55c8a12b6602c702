// Cases that were merged into one, and how each is taken out again.

import { html, useEffect, useState } from "preact";
import { api, query } from "../api.js";
import { post, useSend } from "../post.js";
import { fileOf } from "../desk/caseparts.js";
import { timeWord } from "../dates.js";
import { actionWord, t } from "../words.js";
import { sayDone } from "./forms.js";

/** @typedef {import("../caselist.js").Case} Case */

/** @param {{of: Case, gone: () => void}} props */
function Child({ of: c, gone }) {
  const { busy, wrong, send } = useSend();
  const apart = async () => {
    if (!(await send(() => post(c, "unmerge", {})))) return;
    sayDone("unmerge", c);
    gone();
  };
  return html`<li><span class="num"><a href=${fileOf(c.id)}>${c.number}</a></span><span class="child-title">${c.title}</span><span class="muted num">${timeWord(c.received_at)}</span>
    <button type="button" class="plain" disabled=${busy} onClick=${apart}>${actionWord("unmerge")}</button>${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}</li>`;
}

/** @param {{of: Case}} props */
export function Merged({ of }) {
  const [list, set] = useState(/** @type {Case[]} */ ([]));
  const [turn, again] = useState(0);
  useEffect(() => {
    let gone = false;
    api("/api/cases" + query({ primary: of.id, status: "merged", per_page: 50 })).then(({ items }) => gone || set(items), () => {});
    return () => void (gone = true);
  }, [of.id, of.seq, turn]);
  if (list.length === 0) return null;
  return html`<section><h3>${t("inbox_merged")}<span class="muted num">${list.length}</span></h3>
    <ul class="children">${list.map((c) => html`<${Child} key=${c.id} of=${c} gone=${() => again((n) => n + 1)} />`)}</ul></section>`;
}
