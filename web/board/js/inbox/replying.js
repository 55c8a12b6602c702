// A reply that waits for its reviewer, within the inbox.

import { html } from "preact";
import { Reply } from "../review/reply.js";

/** @param {import("./triage.js").EntryProps} props */
export const Replying = ({ entry, done }) => html`<${Reply} of=${/** @type {any} */ (entry.case)} done=${done} />`;
