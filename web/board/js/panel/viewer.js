// One photo, large, with what is known of it, why it is doubted and what was decided.

import { html, useState } from "preact";
import { api, sentence, session } from "../api.js";
import { metresWord, timeWord } from "../dates.js";
import { Dialog } from "../parts.js";
import { nameOf } from "../people.js";
import { Sign } from "../shapes.js";
import { t, word, zh } from "../words.js";
import { mayDo } from "./admitted.js";
import { ActionForm } from "./form.js";
import { photoName, Picture } from "./photos.js";
import { metresBetween } from "./timeline.js";

/** Opens the original; who has to say why is asked first. @param {string} id @param {string} reason */
async function original(id, reason) {
  const { url } = await api(`/api/evidence/${id}/original`, { method: "POST", body: reason ? { reason } : {} });
  open(url, "_blank", "noopener");
}

/** @param {{of: import("./file.js").Photo}} props */
function Original({ of }) {
  const [asks, setAsks] = useState(false);
  const [wrong, setWrong] = useState("");
  const hers = of.complaint !== "" && ["reviewer", "supervisor"].includes(session.get().user?.role ?? "");
  const see = (/** @type {string} */ reason) => original(of.id, reason).then(() => setAsks(false), (err) => setWrong(sentence(err)));
  if (asks) {
    return html`<form class="inline" onSubmit=${(/** @type {any} */ e) => { e.preventDefault(); see(e.target.reason.value); }}>
      <label class="field grow"><span>${t("original_why")}<small>${t("on_record")}</small></span><input name="reason" required /></label><button type="submit">${t("original")}</button><p class="wrong" role="alert">${wrong}</p></form>`;
  }
  return html`<button type="button" onClick=${() => (hers ? setAsks(true) : see(""))}>${t("original")}</button><span class="wrong" role="alert">${wrong}</span>`;
}

/** Why it is doubted, in the words of the checks; then what a person decided. @param {{of: import("./file.js").Photo}} props */
function Doubts({ of }) {
  const checks = (of.checks ?? []).filter((c) => c.score > 0).sort((a, b) => b.score - a.score);
  return html`${of.decision && html`<p class="decided"><b>${word("flag_verdict", of.decision.verdict)}</b> ${of.decision.reason} <span class="muted small">${nameOf(of.decision.by)} · ${timeWord(of.decision.at)}</span></p>`}
    ${checks.length > 0 ? html`<ul class="checks-said">${checks.map((c) => html`<li key=${c.check} class=${c.doubtful ? "doubtful" : "muted"}>${c.doubtful && html`<${Sign} name="flag" />`}<span>${zh() ? c.text_zh : c.text}</span></li>`)}</ul>`
    : html`<p class="muted small">${t(of.checks ? "nothing_doubted" : "not_checked")}</p>`}`;
}

/** @param {{photos: import("./file.js").Photo[], at: number, go: (at: number) => void, of: import("./file.js").CaseFile, changed: () => void}} props */
export function Viewer({ photos, at, go, of, changed }) {
  const [deciding, setDeciding] = useState(false);
  const p = photos[at];
  const step = (/** @type {number} */ by) => go((at + by + photos.length) % photos.length);
  const onKeyDown = (/** @type {KeyboardEvent} */ e) => {
    const by = e.target instanceof HTMLInputElement ? 0 : Number(e.key === "ArrowRight") - Number(e.key === "ArrowLeft");
    if (by !== 0 && photos.length > 1) step(by);
  };
  const away = p.position && of.case.location ? t("away_from_case", { distance: metresWord(metresBetween(p.position, of.case.location)) }) : "";
  const mayDecide = p.state === "flagged" && mayDo("flag_decided", of);
  if (deciding) return html`<${ActionForm} name="flag_decided" of=${of} fixed=${{ photos: [p.id] }} onClose=${() => setDeciding(false)} done=${() => { setDeciding(false); changed(); }} />`;
  return html`<${Dialog} class="viewer" title=${photoName(p)} onClose=${() => go(-1)} onKeyDown=${onKeyDown} foot=${html`
      <span class="num muted">${at + 1} / ${photos.length}</span><span class="grow"></span><${Original} key=${p.id} of=${p} />
      ${mayDecide && html`<button type="button" class="main" onClick=${() => setDeciding(true)}>${t(p.decision ? "decide_anew" : "decide")}</button>`}`}>
    <div class="viewing">
      <div class="large"><${Picture} of=${p} px=${1600} alt=${photoName(p)} />
        ${photos.length > 1 && html`<button type="button" class="icon back" aria-label=${t("photo_before")} onClick=${() => step(-1)}><${Sign} name="left" /></button>
        <button type="button" class="icon on" aria-label=${t("photo_after")} onClick=${() => step(1)}><${Sign} name="right" /></button>`}</div>
      <div class="about"><p class="dots small">${[p.author && html`<span>${nameOf(p.author)}</span>`, p.complaint && html`<span>${t("from_complainant")}</span>`, p.taken_at && html`<span class="num">${timeWord(p.taken_at)}</span>`, away && html`<span>${away}</span>`]}</p>
        ${p.caption && html`<p>${p.caption}</p>`}<${Doubts} of=${p} /></div>
    </div>
  </${Dialog}>`;
}
