// The cases on the map: tiles of cells and pins from the server, what is under the pointer and
// what a click does.

import { MercatorCoordinate } from "maplibre-gl";
import { query as queryString, session } from "../api.js";
import { asked } from "../filters.js";
import { openCase, route } from "../router.js";
import { hovered, selection, toggleCase } from "../selection.js";
import { listen } from "../stream.js";
import { calm } from "../theme.js";
import { selectInside } from "./lasso.js";
import { caseLayers } from "./style.js";
import { mapState } from "./state.js";

const CALM = 1000; // ms between two readings because of news
export const CLOSEST = 18; // zoom of the last tiles, and of the map
const CELLS = 8; // a side of a tile

/** The cell of the closest tiles in which a place lies. @param {[number, number]} place @returns {number[][]} its corners */
function cellAround(place) {
  const at = MercatorCoordinate.fromLngLat(place);
  const side = 1 / (2 ** CLOSEST * CELLS);
  const [x, y] = [Math.floor(at.x / side), Math.floor(at.y / side)];
  return [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]].map(([i, j]) => new MercatorCoordinate(i * side, j * side).toLngLat().toArray());
}

export class CaseLayer {
  /** @param {import("maplibre-gl").Map} map */
  constructor(map) {
    this.map = map;
    this.filters = asked(route.get().query);
    /** @type {Set<string>} */
    this.marked = new Set();
    this.due = 0;
    this.first = this.probe(); // while the map is made
    const again = () => this.soon();
    this.ends = [listen("cases", again), listen("again", again)];
    map.on("mousemove", ["cells", "pins"], (e) => this.over(e));
    map.on("mouseleave", ["cells", "pins"], () => this.out());
    map.on("click", ["cells", "pins"], (e) => this.click(e));
    map.on("dragstart", () => this.out());
  }

  end() {
    clearTimeout(this.due);
    cancelAnimationFrame(this.look ?? 0);
    for (const end of this.ends) end();
  }

  address() {
    return location.origin + "/api/tiles/{z}/{x}/{y}.mvt" + queryString(this.filters).replaceAll("%2C", ",");
  }

  /** Asks for the tile of the whole earth. */
  probe() {
    return fetch(this.address().replace("{z}/{x}/{y}", "0/0/0"), { headers: { Authorization: session.get().token } }).catch(() => null);
  }

  /** Whether this server has tiles; once it has, the cases are shown. @param {Promise<Response | null>} [asked] */
  async begin(asked = this.first) {
    const probe = await asked;
    if (probe?.status === 503 && probe.headers.has("Retry-After")) {
      const { done = 0, all = 0 } = await probe.json().catch(() => ({}));
      mapState.set({ cases: "making", done, all });
      this.due = setTimeout(() => { this.due = 0; this.begin(this.probe()); }, Number(probe.headers.get("Retry-After")) * 1000);
      return;
    }
    const absent = probe?.status === 404 || probe?.status === 405;
    mapState.set(absent ? { cases: "absent", busy: false } : { cases: "there" });
    this.dress();
  }

  dress() {
    if (mapState.get().cases !== "there" || this.map.getSource("cases")) return;
    this.marked.clear();
    this.map.addSource("cases", { type: "vector", tiles: [this.address()], minzoom: 0, maxzoom: CLOSEST, promoteId: "id" });
    for (const layer of caseLayers()) this.map.addLayer(layer, "way");
    this.mark();
    this.settle();
  }

  source() {
    return /** @type {import("maplibre-gl").VectorTileSource | undefined} */ (this.map.getSource("cases"));
  }

  /** @param {Record<string, string>} query of the address */
  narrow(query) {
    const now = asked(query);
    if (JSON.stringify(now) === JSON.stringify(this.filters)) return;
    this.filters = now;
    this.source()?.setTiles([this.address()]);
    this.settle();
  }

  /** Says that what is drawn is not yet what was asked for, until it is. */
  settle() {
    cancelAnimationFrame(this.look ?? 0);
    const look = () => {
      if (this.map.loaded()) return mapState.set({ busy: false });
      this.look = requestAnimationFrame(look);
    };
    mapState.set({ busy: true });
    this.look = requestAnimationFrame(look);
  }

  /** Reads what is seen anew, without taking it off the screen meanwhile. */
  again() {
    if (this.source()) this.map.refreshTiles("cases");
  }

  soon() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      this.again();
    }, CALM);
  }

  /** Marks what is open, selected or under the pointer in the list. */
  mark() {
    if (!this.source()) return;
    const { id: open } = route.get();
    const { ids } = selection.get();
    const lit = hovered.get().id;
    const now = new Set([...ids, ...[open, lit].filter(Boolean)]);
    const of = (/** @type {string} */ id) => ({ source: "cases", sourceLayer: "cases", id });
    for (const id of this.marked) if (!now.has(id)) this.map.removeFeatureState(of(id));
    for (const id of now) this.map.setFeatureState(of(id), { open: id === open, picked: ids.has(id), lit: id === lit });
    this.marked = now;
  }

  /** @param {import("maplibre-gl").MapLayerMouseEvent} e */
  over(e) {
    if (mapState.get().drawing) return;
    const of = e.features?.[0]?.properties ?? {};
    this.map.getCanvas().style.cursor = "pointer";
    hovered.set({ id: of.id ?? "", from: "map" });
    mapState.set({ tip: { x: e.point.x, y: e.point.y, kind: of.id ? "case" : "cell", of: { ...of, closest: this.closest() } } });
  }

  out() {
    this.map.getCanvas().style.cursor = "";
    if (hovered.get().from === "map") hovered.set({ id: "", from: "" });
    mapState.set({ tip: null });
  }

  /** @param {import("maplibre-gl").MapLayerMouseEvent} e */
  click(e) {
    const feature = e.features?.[0];
    if (!feature || mapState.get().drawing) return;
    const { id } = feature.properties;
    if (id && (e.originalEvent.shiftKey || e.originalEvent.ctrlKey || e.originalEvent.metaKey)) return toggleCase(id);
    if (id) return openCase(id);
    this.out();
    const at = /** @type {any} */ (feature.geometry).coordinates;
    if (this.closest()) return void selectInside(cellAround(at)); // a heap at one place does not come apart
    this.map.easeTo({ center: at, zoom: Math.min(this.map.getZoom() + 2, CLOSEST), duration: calm() ? 0 : 240 });
  }

  /** Whether the map goes no closer. */
  closest() {
    return this.map.getZoom() >= CLOSEST;
  }
}
