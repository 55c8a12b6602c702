// Photos are asked for with the token, which an <img> cannot send: they are fetched, and kept
// as blobs for as long as they are among the last that were looked at.

import { refusal, session } from "../api.js";
import { t } from "../words.js";

const MOST = 80;

/** @typedef {{url?: string, why?: string}} Got */

/** @type {Map<string, Promise<Got>>} */
const kept = new Map();

/** @param {string} address @returns {Promise<Got>} */
async function fetched(address) {
  const { token } = session.get();
  try {
    const res = await fetch(address, { headers: { Authorization: token } });
    if (res.ok) return { url: URL.createObjectURL(await res.blob()) };
    const problem = await refusal(res, token);
    return { why: problem.code === "photo_pending" ? t("photo_pending") : problem.sentence };
  } catch {
    return { why: t("offline") };
  }
}

/** A photo in a size, or why there is none. @param {string} id @param {320 | 1600} px @returns {Promise<Got>} */
export async function picture(id, px) {
  const key = `${id}/${px}`;
  const known = kept.get(key);
  if (known) {
    kept.delete(key);
    kept.set(key, known); // it was the last that was looked at
    return known;
  }
  const asked = fetched(`/api/evidence/${id}/${px}`);
  kept.set(key, asked);
  for (const [old, got] of kept) {
    if (kept.size <= MOST) break;
    kept.delete(old);
    got.then((g) => g.url && setTimeout(() => URL.revokeObjectURL(/** @type {string} */ (g.url)), 60_000));
  }
  const got = await asked;
  if (!got.url) kept.delete(key); // it may be there the next time
  return got;
}
