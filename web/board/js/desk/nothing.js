// What stands where nothing waits: a quiet picture and a sentence that says what would come.

import { html } from "preact";
import { Title } from "./title.js";

/** A desk with nothing on it, and a tick. @param {{title: string, children?: any}} props */
export const Nothing = ({ title, children }) => html`<div class="nothing">
  <svg viewBox="0 0 120 80" aria-hidden="true"><path class="far" d="M8 66h104" /><path class="far" d="M20 66V44h80v22" /><path class="tray" d="M30 44l6-18h48l6 18M30 44h18l4 7h16l4-7h18" /><path class="well-done" d="M50 19l7 7 14-15" /></svg>
  <${Title}>${title}</${Title}>${children && html`<p class="muted">${children}</p>`}
</div>`;
