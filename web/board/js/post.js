// Sends an action of a case, and tells a form how far it is.

import { useState } from "preact";
import { api, newId, Problem, sentence } from "./api.js";

/** Actions that nobody answered, by what was asked for: sent again, they are the same to the letter. @type {Map<string, any>} */
const unanswered = new Map();

/**
 * Sends an action; a refusal is a Problem with its sentence.
 * @param {{id: string, seq?: number}} c the case as the actor saw it
 * @param {string} name
 * @param {Record<string, any>} args
 */
export async function post(c, name, args) {
  const content = JSON.stringify([c.id, name, args]);
  const body = unanswered.get(content) ?? { id: newId(), case: c.id, name, args, base: c.seq ?? 0 };
  unanswered.set(content, body);
  try {
    const record = await api("/api/collections/actions/records", { method: "POST", body });
    unanswered.delete(content);
    return record;
  } catch (err) {
    if (err instanceof Problem && err.status > 0 && err.status < 500) unanswered.delete(content);
    throw err;
  }
}

/**
 * What a form shows while it sends. send answers null where it was refused; wrong says why.
 * @returns {{busy: boolean, wrong: string, send: (run: () => Promise<any>) => Promise<{got: any} | null>}}
 */
export function useSend() {
  const [state, set] = useState({ busy: false, wrong: "" });
  const send = async (/** @type {() => Promise<any>} */ run) => {
    set({ busy: true, wrong: "" });
    try {
      const got = await run();
      set({ busy: false, wrong: "" });
      return { got };
    } catch (err) {
      set({ busy: false, wrong: sentence(err) });
      return null;
    }
  };
  return { ...state, send };
}
