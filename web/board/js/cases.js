// The main view: the list, the map beside it, the file of a case over both.

import { html } from "preact";
import { addView } from "./views.js";

function CasesView() {
  return html`<div class="cases"></div>`;
}

addView("cases", CasesView);
