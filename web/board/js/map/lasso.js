// A line around cases, drawn by hand, as a rectangle, or around all that is seen. The server
// says what lies inside, so cases that a cell hides count too.

import { TerraDraw, TerraDrawFreehandMode, TerraDrawRectangleMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { api, Problem, sentence } from "../api.js";
import { asked } from "../filters.js";
import { say } from "../parts.js";
import { route } from "../router.js";
import { selectCases } from "../selection.js";
import { token } from "../theme.js";
import { t } from "../words.js";

const MOST = 2000; // cases of one line
const MOST_CORNERS = 400;

/**
 * Lets the reader draw one line. done is called with its corners, or null if there are none.
 * @param {import("maplibre-gl").Map} map
 * @param {"freehand" | "rectangle"} kind
 * @param {(polygon: number[][] | null) => void} done
 * @returns {() => void} ends it
 */
export function drawLine(map, kind, done) {
  const accent = /** @type {any} */ (token("accent"));
  const look = { fillColor: accent, fillOpacity: 0.12, outlineColor: accent, outlineWidth: 2 };
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: "line-" }),
    modes: [
      new TerraDrawFreehandMode({ drawInteraction: "click-move-or-drag", minDistance: 8, styles: { ...look, closingPointColor: accent } }),
      new TerraDrawRectangleMode({ drawInteraction: "click-move-or-drag", styles: look }),
    ],
  });
  draw.start();
  draw.setMode(kind);
  let over = false;
  draw.on("finish", (id) => {
    if (over) return;
    over = true;
    const shape = draw.getSnapshotFeature(id);
    const ring = shape?.geometry.type === "Polygon" ? /** @type {number[][]} */ (shape.geometry.coordinates[0]) : null;
    setTimeout(() => done(ring), 0); // the drawing ends first
  });
  return () => {
    over = true;
    if (draw.enabled) draw.stop();
  };
}

/** Fewer corners, where there are more than a request may have. @param {number[][]} ring */
function thinned(ring) {
  const each = Math.ceil(ring.length / MOST_CORNERS);
  return each === 1 ? ring : ring.filter((_, i) => i % each === 0 || i === ring.length - 1);
}

/** Selects the cases inside. @param {number[][]} ring */
export async function selectInside(ring) {
  try {
    const { total, ids, truncated } = await api("/api/cases/select", { method: "POST", body: { polygon: thinned(ring), filters: asked(route.get().query), limit: MOST } });
    if (total === 0) return void say(t("none_inside"));
    selectCases(ids, { only: true, note: truncated ? t("only_so_many", { n: ids.length, total }) : "" });
    say(t("inside_number", { n: total }));
  } catch (err) {
    say(err instanceof Problem && err.absent ? t("select_absent") : sentence(err), { kind: "wrong" });
  }
}
