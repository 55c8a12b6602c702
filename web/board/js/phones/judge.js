// How a phone stands, in words: its alarms, the worst first, and each of its numbers.

import { agoWord, now } from "../dates.js";
import { codeWord, known, t } from "../words.js";

/**
 * @typedef {{client: string, user: string, name: string, agency: string, app: string, last_contact: string, reported_at: string, unsent: number,
 *   oldest_unsent_at: string, skew_ms: number, storage_free: number, battery: number, errors: {code: string, n: number}[], open: number, alarm: string[], disabled?: boolean}} Phone
 */

/** The alarms, the worst first. */
const WORST = ["unsent_old", "silent", "errors", "storage_low", "clock_off"];

/** @param {Phone} p a number that is lower for what is worse */
const rank = (p) => (p.alarm.length === 0 ? WORST.length : Math.min(...p.alarm.map((a) => (WORST.includes(a) ? WORST.indexOf(a) : WORST.length - 1))));

/** The worst first: by alarm, by how many, by what waits longest, by who was not heard of longest. @param {Phone[]} list */
export const worstFirst = (list) => [...list].sort((a, b) => rank(a) - rank(b) || b.alarm.length - a.alarm.length || b.unsent - a.unsent || a.last_contact.localeCompare(b.last_contact));

/** @param {string[]} alarm in the order of their weight */
export const byWeight = (alarm) => [...alarm].sort((a, b) => WORST.indexOf(a) - WORST.indexOf(b));

/** @param {string} at RFC 3339 */
export const since = (at) => (at ? agoWord((now() - Date.parse(at)) / 1000) : t("phones_never"));

/** What is left of the room. @param {number} bytes */
export function room(bytes) {
  if (!bytes) return "–";
  return bytes < 1 << 30 ? `${Math.round(bytes / (1 << 20))} MB` : `${(bytes / (1 << 30)).toFixed(bytes < 10 * (1 << 30) ? 1 : 0)} GB`;
}

/** How far the clock is off, where that can be seen. @param {number} ms */
export function skew(ms) {
  const s = Math.round(Math.abs(ms) / 1000);
  if (s < 30) return t("phones_clock_right");
  const by = s < 90 ? t("phones_seconds", { n: s }) : t("minutes", { n: Math.round(s / 60) });
  return t(ms > 0 ? "phones_fast" : "phones_slow", { by });
}

/** A code that a phone was answered, in words. @param {string} code */
export const refusal = (code) => known("phones_error_" + code) || codeWord(code);
