// The main view: the list, the map beside it, the file of a case over both.

import { html, useEffect } from "preact";
import { SelectionBar } from "./assign/bar.js";
import { showCases } from "./caselist.js";
import { FilterBar } from "./filterbar.js";
import { ListBox } from "./listbox.js";
import { MapView } from "./map/view.js";
import { Panel } from "./panel/panel.js";
import { loadPeople } from "./people.js";
import { route } from "./router.js";
import { useStore } from "./store.js";
import { listen } from "./stream.js";
import { t } from "./words.js";
import { addView } from "./views.js";

listen("again", loadPeople);

function CasesView() {
  const query = useStore(route, (r) => r.query);
  const id = useStore(route, (r) => r.id);
  useEffect(() => void loadPeople(), []);
  useEffect(() => showCases(query), [query]);
  return html`<div class="cases"><h1 class="sr">${t("cases")}</h1>
    <section class="side" aria-label=${t("cases")}><${FilterBar} /><${ListBox} /></section>
    <${MapView} />
    ${id && html`<${Panel} />`}
    <${SelectionBar} />
  </div>`;
}

addView("cases", CasesView);
