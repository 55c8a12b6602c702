// The file of a case as a screen of the desk shows it: read when it is looked at, and again
// when the case changes.

import { useEffect, useState } from "preact";
import { api, sentence } from "../api.js";
import { listen } from "../stream.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {{check: string, score: number, doubtful: boolean, text: string, text_zh: string}} Check
 * @typedef {{id: string, case: string, state: string, purpose: string, item: string, mime: string, caption: string, taken_at: string, received_at: string,
 *   author: string, position: {lon: number, lat: number, accuracy_m?: number} | null, flags: string[] | null, checks: Check[] | null, pair_of: string,
 *   decision: {verdict: string, reason: string, by: string, at: string} | null}} Photo
 * @typedef {{id: string, name: string, args: Record<string, any> | null, actor: string, actor_kind: string, actor_role: string, actor_agency: string,
 *   received_at: string, outcome: string, round: number}} Action
 * @typedef {{case: Case, complaints?: any[], respondent?: any, actions: Action[], inspections: any[], rectifications: any[], evidence: Photo[],
 *   replies: any[], transfers: any[], supervisions: any[]}} File
 */

/**
 * @param {string} id "" for none
 * @returns {{file: File | null, wrong: string, again: () => void}}
 */
export function useFile(id) {
  const [got, set] = useState({ id: "", file: /** @type {File | null} */ (null), wrong: "" });
  const [turn, again] = useState(0);
  useEffect(() => {
    if (!id) return;
    let gone = false;
    api("/api/cases/" + encodeURIComponent(id)).then(
      (file) => gone || set({ id, file, wrong: "" }),
      (err) => gone || set((g) => ({ id, file: g.id === id ? g.file : null, wrong: sentence(err) })),
    );
    return () => void (gone = true);
  }, [id, turn]);
  useEffect(() => {
    const anew = () => again((n) => n + 1);
    const ends = [listen("again", anew), listen("cases", (told) => (told.changed ?? []).some((/** @type {any} */ c) => c.id === id) && anew())];
    return () => ends.forEach((end) => end());
  }, [id]);
  const mine = got.id === id;
  return { file: mine ? got.file : null, wrong: mine ? got.wrong : "", again: () => again((n) => n + 1) };
}
