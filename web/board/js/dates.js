// Days and times as people say them, in the house's zone: 今天 09:30, 11月23日, 剩 3 天.

import { createStore } from "./store.js";
import { clockAhead, config, language, t, zh } from "./words.js";

/** Whether it is being printed: on paper "today" is true for a day, so days are written out. */
export const paper = createStore({ on: false });
addEventListener("beforeprint", () => paper.set({ on: true }));
addEventListener("afterprint", () => paper.set({ on: false }));

/** The house's time now, ms. */
export const now = () => Date.now() + clockAhead;

/** @type {Record<string, Intl.DateTimeFormat>} */
const formats = {};

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  const key = name + language.get().code;
  formats[key] ??= new Intl.DateTimeFormat(zh() ? "zh-CN" : "en-GB", { timeZone: config.zone, ...options });
  return formats[key];
}

/** The day of a time in the zone, YYYY-MM-DD. @param {number} ms */
export function dayOf(ms) {
  formats.iso ??= new Intl.DateTimeFormat("en-CA", { timeZone: config.zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return formats.iso.format(ms);
}

/** Days from today to a day YYYY-MM-DD; negative for the past. @param {string} day */
export const daysTo = (day) => Math.round((Date.parse(day) - Date.parse(dayOf(now()))) / 86_400_000);

/** @param {string} day YYYY-MM-DD */
export function dayWord(day) {
  if (!day) return "";
  const at = Date.parse(day + "T12:00:00Z");
  const year = !paper.get().on && day.slice(0, 4) === dayOf(now()).slice(0, 4) ? undefined : "numeric";
  return format("day" + year, { year, month: zh() ? "long" : "short", day: "numeric", timeZone: "UTC" }).format(at);
}

/** @param {string} iso RFC 3339 */
export function timeWord(iso) {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  const day = dayOf(at);
  const clock = format("clock", { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
  const away = paper.get().on ? NaN : daysTo(day);
  if (away === 0) return `${t("today")} ${clock}`;
  if (away === -1) return `${t("yesterday")} ${clock}`;
  return `${dayWord(day)} ${clock}`;
}

/** How long ago, in the largest unit that says enough. @param {number} seconds */
export function agoWord(seconds) {
  if (seconds < 90) return t("ago_now");
  if (seconds < 5400) return t("ago_minutes", { n: Math.round(seconds / 60) });
  if (seconds < 129_600) return t("ago_hours", { n: Math.round(seconds / 3600) });
  return t("ago_days", { n: Math.round(seconds / 86_400) });
}

/**
 * What is left of a deadline: 剩 3 天, 超期 4 天, 今天到期.
 * @param {string} day YYYY-MM-DD
 */
export function leftWord(day) {
  if (!day) return "";
  const left = daysTo(day);
  if (left === 0) return t("due_today");
  return left > 0 ? t("due_left", { n: left }) : t("due_late", { n: -left });
}

/** An age in as few letters as may be. @param {number} seconds */
export function ageWord(seconds) {
  if (seconds < 5400) return t("age_minutes", { n: Math.max(1, Math.round(seconds / 60)) });
  return seconds < 129_600 ? t("age_hours", { n: Math.round(seconds / 3600) }) : t("age_days", { n: Math.round(seconds / 86_400) });
}

/** A distance. @param {number} metres */
export function metresWord(metres) {
  if (metres < 950) return `${Math.round(metres / 10) * 10} m`;
  return `${Number((metres / 1000).toFixed(metres < 9950 ? 1 : 0))} km`;
}

/** A stretch of time. @param {number} minutes */
export function minutesWord(minutes) {
  const m = Math.round(minutes);
  if (m < 60) return t("minutes", { n: m });
  return t("hours_minutes", { h: Math.floor(m / 60), m: m % 60 });
}
