// A complaint on a border: which of two divisions answers for it.

import { html, useEffect, useState } from "preact";
import { session } from "../api.js";
import { CaseFacts, CaseHead } from "../desk/caseparts.js";
import { useFile } from "../desk/casefile.js";
import { Ways } from "../desk/decision.js";
import { metresWord } from "../dates.js";
import { agencyName } from "../people.js";
import { useStore } from "../store.js";
import { actionWord, t } from "../words.js";
import { agencyOf, divisionName, drawn, inRange, loadDivisions } from "./divisions.js";
import { Dots } from "./dots.js";
import { Accept, Transfer } from "./forms.js";
import { Pictures, Words } from "./triage.js";

const AROUND = 1500; // m shown around the place

/**
 * Accepted into a division of the range, or handed to who answers for it.
 * @param {{of: any, code: string, done: () => void}} props
 */
function Decide({ of, code, done }) {
  const [way, setWay] = useState("accept");
  const user = session.get().user;
  const there = agencyOf(code);
  const hands = user?.role === "dispatcher";
  const choice = inRange(code) && hands && there && there !== user?.agency && there !== of.agency;
  const accept = inRange(code) && !(choice && way === "transfer");
  return html`${choice && html`<${Ways} label=${t("inbox_decide")} value=${way} set=${setWay} options=${["accept", "transfer"].map((w) => [w, actionWord(w)])} />`}
    ${accept ? html`<${Accept} of=${of} fixed=${code} done=${done} />`
      : html`<p class="muted">${t(hands ? "inbox_transfer_there" : "inbox_transfer_by", { agency: there ? agencyName(there) : divisionName(code) || code })}</p>${hands && html`<${Transfer} key=${code} of=${of} target=${there} done=${done} />`}`}`;
}

/** @param {import("./triage.js").EntryProps} props */
export function Uncertain({ entry, done }) {
  const of = /** @type {any} */ (entry.case);
  const { file } = useFile(of.id);
  const codes = [of.division_code, entry.second_code].filter(Boolean);
  const [code, choose] = useState(codes.find(inRange) ?? codes[0] ?? "");
  const list = useStore(drawn, (d) => d.list);
  useEffect(() => void loadDivisions(), []);
  const near = list.filter((d) => codes.some((c) => c.startsWith(d.code)));
  return html`<div class="matter-main"><${CaseHead} of=${of} /><${Words} of=${of} file=${file} /><${Pictures} file=${file} /><${CaseFacts} of=${of} file=${file} /></div>
    <aside class="matter-side" aria-label=${t("inbox_decide")}>
      ${of.location && html`<${Dots} name=${t("inbox_border_map")} middle=${of.location} reach=${Math.max(AROUND, 2 * (of.location.accuracy_m ?? 0))}
        borders=${near.map((d) => ({ name: d.name, rings: d.rings, on: code.startsWith(d.code) }))} />
      ${of.location.accuracy_m > 0 && html`<p class="small muted">${t("inbox_accuracy", { metres: metresWord(of.location.accuracy_m) })}</p>`}`}
      <fieldset class="field divisions"><legend>${t("inbox_which_division")}</legend>${codes.map((c, i) => html`<label key=${c} class="option"><input type="radio" name="division" checked=${c === code} onChange=${() => choose(c)} />
        <span><b>${divisionName(c) || c}</b><small class="num">${c}${i === 0 ? " · " + t("inbox_place_lies") : ""}</small>${!inRange(c) && html`<small>${t("inbox_elsewhere")}</small>`}</span></label>`)}</fieldset>
      <${Decide} of=${of} code=${code} done=${done} />
    </aside>`;
}
