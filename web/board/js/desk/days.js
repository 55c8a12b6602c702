// How two days lie to each other, in words.

import { dayOf } from "../dates.js";
import { t } from "../words.js";

/** How many days one time lies before or after another: 同一天, 早 3 天, 晚 2 天. @param {string} of @param {string} other RFC 3339 */
export function daysApart(of, other) {
  const days = Math.round((Date.parse(dayOf(Date.parse(other))) - Date.parse(dayOf(Date.parse(of)))) / 86_400_000);
  if (days === 0) return t("desk_same_day");
  return days < 0 ? t("desk_days_before", { n: -days }) : t("desk_days_after", { n: days });
}
