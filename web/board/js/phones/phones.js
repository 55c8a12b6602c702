// Sync health: how each phone of the range stands.

import { html, useEffect } from "preact";
import { loadPeople } from "../people.js";
import { useStore } from "../store.js";
import { language } from "../words.js";
import { Phones } from "./table.js";

export function PhonesView() {
  useStore(language, (l) => l.code);
  useEffect(() => void loadPeople(), []);
  return html`<div class="inbox plain-view"><${Phones} /></div>`;
}
