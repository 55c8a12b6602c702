// What is on paper: the order, documents that were photographed, the folder that goes out.

import { html, useState } from "preact";
import { api, sentence, session } from "../api.js";
import { dayWord, timeWord } from "../dates.js";
import { say } from "../parts.js";
import { Sign } from "../shapes.js";
import { t } from "../words.js";
import { Fact, Part } from "./facts.js";
import { isPicture } from "./photos.js";

const EXPORTERS = ["dispatcher", "reviewer", "supervisor"];

/** @param {number} bytes */
const sizeWord = (bytes) => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

const FILM = "video/mp4";

/** What kind of file it is, and how large. @param {import("./file.js").Photo} p */
const kindWord = (p) => [p.mime === FILM ? t("paper_film") : p.mime === "application/pdf" ? "PDF" : "", sizeWord(p.size)].filter(Boolean).join(" · ");

/** @param {import("./file.js").Photo} p */
async function openPaper(p) {
  try {
    const { url } = await api(`/api/evidence/${p.id}/original`, { method: "POST", body: {} });
    open(url, "_blank", "noopener");
  } catch (err) {
    say(sentence(err), { kind: "wrong" });
  }
}

/** @param {{of: import("./file.js").CaseFile}} props */
export function Documents({ of }) {
  const [busy, setBusy] = useState(false);
  const papers = of.evidence.filter((p) => !isPicture(p));
  const mayExport = EXPORTERS.includes(session.get().user?.role ?? "");
  const folder = async () => {
    setBusy(true);
    try {
      const { url } = await api(`/api/cases/${of.case.id}/export`, { method: "POST", body: {} });
      location.assign(url); // a file to keep: the page stays
    } catch (err) {
      say(sentence(err), { kind: "wrong" });
    }
    setBusy(false);
  };
  return html`<${Part} id="documents" title=${t("part_documents")}>
    ${of.rectifications.map((r) => html`<dl key=${r.id}><${Fact} name="arg_no">${r.order_no}</${Fact}><${Fact} name="arg_served_at">${r.served_at && html`<span class="num">${timeWord(r.served_at)}</span>`}</${Fact}>
      <${Fact} name="arg_deadline">${r.deadline && html`<span class="num">${dayWord(r.deadline)}</span>`}</${Fact}><${Fact} name="arg_measures">${r.measures}</${Fact}><${Fact} name="recheck">${r.recheck_due && html`<span class="num">${dayWord(r.recheck_due)}</span>`}</${Fact}></dl>`)}
    ${papers.length > 0 && html`<ul class="papers">${papers.map((p) => html`<li key=${p.id}><button type="button" class="plain" onClick=${() => openPaper(p)}><${Sign} name=${p.mime === FILM ? "film" : "paper"} /><span>${p.caption || t("purpose_" + (p.purpose || "document"))}</span><span class="muted small num">${kindWord(p)}</span></button></li>`)}</ul>`}
    ${of.rectifications.length === 0 && papers.length === 0 && html`<p class="muted">${t("no_documents")}</p>`}
    ${mayExport && html`<p class="folder"><button type="button" onClick=${folder} disabled=${busy}><${Sign} name="folder" />${t(busy ? "folder_made" : "folder")}</button><span class="muted small">${t("folder_note")}</span></p>`}
  </${Part}>`;
}
