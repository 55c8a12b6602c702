// The map beside the list. It comes after the list, and the list works without it.

import { html, useEffect, useRef, useState } from "preact";
import { sentence } from "../api.js";
import { useKey } from "../keys.js";
import { Quiet } from "../parts.js";
import { route } from "../router.js";
import { Sign } from "../shapes.js";
import { createStore, useStore } from "../store.js";
import { theme } from "../theme.js";
import { config, language, t } from "../words.js";
import { mapState } from "./state.js";
import { Tip } from "./tip.js";

/** Whose map it is and its number, on the map at all times. */
function Whose() {
  const { attribution, audit } = config.tiles;
  if (!attribution && !audit) return null;
  return html`<p class="whose">${attribution && html`<span>${attribution}</span>`}${audit && html`<span>${t("audit", { number: audit })}</span>`}</p>`;
}

/** A line is being drawn: bound last, Esc ends it before anything else. @param {{chart: import("./chart.js").Chart}} props */
function Drawing({ chart }) {
  useKey("escape", () => chart.endLine());
  return null;
}

/** @param {{chart: import("./chart.js").Chart | null}} props */
function Tools({ chart }) {
  const { drawing, cases } = useStore(mapState, (m) => m);
  useKey("lasso", () => (chart && cases === "there" ? chart.drawLine("freehand") : false));
  useKey("rectangle", () => (chart && cases === "there" ? chart.drawLine("rectangle") : false));
  useKey("in_view", () => (chart && cases === "there" ? void chart.selectInView() : false));
  useKey("go_map", () => chart?.focus());
  if (!chart) return null;
  const tool = (/** @type {string} */ name, /** @type {string} */ sign, /** @type {() => void} */ act, pressed = false) =>
    html`<button type="button" class="icon" title=${t("tool_" + name)} aria-label=${t("tool_" + name)} aria-pressed=${pressed ? "true" : null} onClick=${act}><${Sign} name=${sign} /></button>`;
  return html`<div class="maptools" role="toolbar" aria-label=${t("map_tools")} aria-orientation="vertical">${drawing && html`<${Drawing} chart=${chart} />`}
    <div class="tools-group">${tool("in", "plus", () => chart.zoom(1))}${tool("out", "minus", () => chart.zoom(-1))}${tool("all", "pin", () => chart.showAll())}</div>
    ${cases === "there" && html`<div class="tools-group">
      ${tool("lasso", "lasso", () => (drawing === "freehand" ? chart.endLine() : chart.drawLine("freehand")), drawing === "freehand")}
      ${tool("rectangle", "box", () => (drawing === "rectangle" ? chart.endLine() : chart.drawLine("rectangle")), drawing === "rectangle")}
      ${tool("in_view", "eye", () => chart.selectInView())}</div>`}
  </div>`;
}

/** What the map has to say of itself. */
function Notice() {
  const { drawing, cases, done, all, wrong } = useStore(mapState, (m) => m);
  const said = { absent: "map_no_cases", making: "map_making" }[/** @type {string} */ (cases)];
  const text = drawing ? t("draw_" + drawing) : wrong ? t(wrong) : (said ? t(said, { done: done.toLocaleString(), all: all.toLocaleString() }) : "");
  return html`<div role="status" class="map-notice-space">${text && html`<p class="map-notice">${text}</p>`}</div>`;
}

/** Whether the reader wants a map; a narrow screen may go without. */
export const mapShown = createStore({ on: true });

export function MapView() {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const [chart, setChart] = useState(/** @type {import("./chart.js").Chart | null} */ (null));
  const [wrong, setWrong] = useState("");
  const dark = useStore(theme, (s) => s.dark);
  const lang = useStore(language, (l) => l.code);
  const query = useStore(route, (r) => r.query);
  const busy = useStore(mapState, (m) => m.busy);
  const openId = useStore(route, (r) => (r.view === "cases" ? r.id : ""));

  useEffect(() => {
    let gone = false;
    /** @type {import("./chart.js").Chart | null} */
    let made = null;
    (async () => {
      try {
        const { Chart } = await import("./chart.js");
        made = await Chart.open(/** @type {HTMLElement} */ (holder.current));
        if (gone) return made.remove();
        setChart(made);
      } catch (err) {
        if (!gone) setWrong(/** @type {any} */ (err)?.noWebGL ? t("map_no_webgl") : sentence(err));
      }
    })();
    return () => {
      gone = true;
      made?.remove();
    };
  }, []);
  useEffect(() => chart?.dress(), [chart, dark, lang]);
  useEffect(() => chart?.narrow(query), [chart, query]);
  useEffect(() => chart?.open(openId), [chart, openId]);

  if (wrong) return html`<section class="map without" aria-label=${t("map")}><${Quiet}>${wrong}</${Quiet}></section>`;
  return html`<section class="map" aria-label=${t("map")} aria-busy=${busy ? "true" : "false"}>
    <div class="holder" ref=${holder}></div>
    <${Tools} chart=${chart} /><${Notice} /><${Tip} /><${Whose} />
  </section>`;
}
