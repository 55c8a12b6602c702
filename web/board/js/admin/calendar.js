// The calendar that working days are counted by: legal holidays and weekends that are worked, by
// year.

import { html, useEffect, useState } from "preact";
import { useSend } from "../post.js";
import { dayOf, now } from "../dates.js";
import { Quiet, say } from "../parts.js";
import { Sign } from "../shapes.js";
import { t, zh } from "../words.js";
import { change, create, useRecords } from "./records.js";

/** @typedef {{date: string, kind: string, name: string}} Holiday */

const KINDS = ["holiday", "workday"];

/** @param {string} day */
const weekday = (day) => (Number.isNaN(Date.parse(day)) ? "" : new Intl.DateTimeFormat(zh() ? "zh-CN" : "en-GB", { weekday: "short", timeZone: "UTC" }).format(Date.parse(day)));

/** What is wrong with a year, as the server would say it; "" if nothing is. @param {number} year @param {Holiday[]} days */
function mistake(year, days) {
  const twice = days.find((d, i) => days.findIndex((o) => o.date === d.date) !== i);
  if (twice) return t("admin_day_twice", { day: twice.date });
  const outside = days.find((d) => !d.date.startsWith(String(year) + "-"));
  return outside ? t("admin_day_outside", { day: outside.date || "–", year }) : "";
}

/** @param {{of: {id: string, year: number, days: Holiday[]}, done: () => void}} props id "" for a year that is not there yet */
function Year({ of, done }) {
  const [days, setDays] = useState(of.days);
  const { busy, wrong, send } = useSend();
  const touched = JSON.stringify(days) !== JSON.stringify(of.days) || of.id === "";
  const said = mistake(of.year, days);
  const set = (/** @type {number} */ i, /** @type {Partial<Holiday>} */ part) => setDays((now) => now.map((d, at) => (at === i ? { ...d, ...part } : d)));
  const add = () => setDays((now) => [...now, { date: `${of.year}-`, kind: "holiday", name: now.at(-1)?.name ?? "" }]);
  const save = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const sorted = [...days].sort((a, b) => a.date.localeCompare(b.date));
    if (said || !(await send(() => (of.id ? change("holidays", of.id, { days: sorted }) : create("holidays", { year: of.year, days: sorted }))))) return;
    say(t("admin_saved", { name: String(of.year) }));
    done();
  };
  return html`<form class="calendar" onSubmit=${save}><div class="table-box"><table class="table edits"><thead><tr>${["day", "kind", "holiday_name"].map((c) => html`<th key=${c} scope="col">${t("admin_column_" + c)}</th>`)}<th><span class="sr">${t("actions")}</span></th></tr></thead>
      <tbody>${days.map((d, i) => html`<tr key=${i}><td class="num"><span class="inline"><input type="date" required aria-label=${t("admin_column_day")} min=${of.year + "-01-01"} max=${of.year + "-12-31"} value=${d.date} onInput=${(/** @type {any} */ e) => set(i, { date: e.target.value })} /><span class="muted">${weekday(d.date)}</span></span></td>
        <td><select aria-label=${t("admin_column_kind")} value=${d.kind} onChange=${(/** @type {any} */ e) => set(i, { kind: e.target.value })}>${KINDS.map((k) => html`<option key=${k} value=${k} selected=${d.kind === k}>${t("admin_kind_" + k)}</option>`)}</select></td>
        <td><input aria-label=${t("admin_column_holiday_name")} value=${d.name ?? ""} onInput=${(/** @type {any} */ e) => set(i, { name: e.target.value })} /></td>
        <td class="acts"><button type="button" class="plain icon" aria-label=${t("admin_day_away", { day: d.date })} onClick=${() => setDays((now) => now.filter((_, at) => at !== i))}><${Sign} name="close" /></button></td></tr>`)}</tbody></table></div>
    <footer class="edit-foot"><button type="button" onClick=${add}><${Sign} name="plus" />${t("admin_add_day")}</button><p class="wrong grow" role="alert">${said || wrong}</p>
      ${touched && of.id && html`<button type="button" class="plain" onClick=${() => setDays(of.days)}>${t("admin_undo")}</button>`}<button type="submit" class="main" disabled=${busy || !touched || said !== ""}>${t("save")}</button></footer></form>`;
}

export function Calendar() {
  const { items, wrong, ready, again } = useRecords("holidays", { sort: "-year", perPage: 100 });
  const [year, setYear] = useState(0);
  useEffect(() => {
    if (ready && year === 0 && items.length > 0) setYear(items.find((y) => y.year === Number(dayOf(now()).slice(0, 4)))?.year ?? items[0].year);
  }, [ready]);
  if (wrong) return html`<${Quiet} wrong again=${again}>${wrong}</${Quiet}>`;
  const next = Math.max(Number(dayOf(now()).slice(0, 4)), ...items.map((y) => y.year)) + 1;
  const shown = items.find((y) => y.year === year) ?? (year ? { id: "", year, days: [] } : null);
  const years = [...(items.some((y) => y.year === year) || !year ? [] : [{ year }]), ...items];
  return html`<header class="view-head"><h1>${t("admin_part_holidays")}</h1><div class="choices" role="group" aria-label=${t("admin_years")}>${years.map((y) => html`<button type="button" key=${y.year} class="num" aria-pressed=${y.year === year ? "true" : "false"} onClick=${() => setYear(y.year)}>${y.year}</button>`)}</div>
      <span class="muted small">${t("admin_holidays_note")}</span><span class="grow"></span><button type="button" onClick=${() => setYear(next)}><${Sign} name="plus" />${t("admin_add_year", { year: next })}</button></header>
    ${shown && html`<${Year} key=${shown.year + shown.id + JSON.stringify(shown.days)} of=${shown} done=${again} />`}`;
}
