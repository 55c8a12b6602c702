// The file of the case that is open: read when it is opened, and again when it changes.

import { api, Problem, sentence } from "../api.js";
import { createStore } from "../store.js";
import { listen } from "../stream.js";

/**
 * @typedef {import("../caselist.js").Case} Case
 * @typedef {{id: string, name: string, args: Record<string, any>, actor: string, actor_kind: string, actor_role: string, actor_agency: string,
 *   device: string, device_at: string, received_at: string, position: {lon: number, lat: number, accuracy_m?: number} | null, from: string, to: string,
 *   outcome: string, code: string, evidence: string[] | null, seq: number}} Action
 * @typedef {{check: string, score: number, doubtful: boolean, text: string, text_zh: string}} Check
 * @typedef {{id: string, state: string, purpose: string, item: string, mime: string, caption: string, taken_at: string, author: string, device: string,
 *   position: {lon: number, lat: number, accuracy_m?: number} | null, flags: string[] | null, checks: Check[] | null, complaint: string, pair_of: string,
 *   decision: {verdict: string, reason: string, by: string, at: string} | null, size: number, heading: number}} Photo
 * @typedef {{case: Case, complaints?: any[], respondent?: any, actions: Action[], inspections: any[], rectifications: any[], evidence: Photo[],
 *   replies: any[], transfers: any[], supervisions: any[], ratings?: any[]}} CaseFile
 * @typedef {{id: string, file: CaseFile | null, wrong: string, told: {who: string, action: string} | null, gone: boolean}} OpenFile
 * gone: it went to somebody else while it was open; what was read of it stays, and nothing is done to it
 */

export const opened = createStore(/** @type {OpenFile} */ ({ id: "", file: null, wrong: "", told: null, gone: false }));

/** Reads the file of a case; "" closes the one that is open. @param {string} id */
export async function openFile(id) {
  if (id !== opened.get().id) opened.set({ id, file: null, wrong: "", told: null, gone: false });
  if (!id) return;
  try {
    const file = await api("/api/cases/" + encodeURIComponent(id));
    if (opened.get().id === id) opened.set({ file, wrong: "", gone: false });
  } catch (err) {
    if (opened.get().id === id) opened.set((o) => (o.file ? { gone: o.gone || (err instanceof Problem && err.absent) } : { wrong: sentence(err) }));
  }
}

/** Reads the open file anew. */
export const readFile = () => openFile(opened.get().id);

listen("again", readFile);
listen("cases", (told) => {
  const { id, file } = opened.get();
  if (file && (told.gone ?? []).includes(id)) return opened.set({ gone: true });
  const mine = (told.changed ?? []).find((/** @type {any} */ c) => c.id === id);
  if (!mine || !file) return;
  opened.set({ told: { who: mine.by_name ?? "", action: mine.action ?? "" } });
  readFile();
});
