// The map itself: one MapLibre map, kept while themes, filters and cases change.

import { Map as MapLibre, addProtocol, setWorkerUrl } from "maplibre-gl";
import { session } from "../api.js";
import { caseList, listedCase } from "../caselist.js";
import { opened } from "../panel/file.js";
import { route } from "../router.js";
import { hovered, selection } from "../selection.js";
import { calm } from "../theme.js";
import { t } from "../words.js";
import { openArchive } from "./basemap.js";
import { CaseLayer, CLOSEST } from "./cases.js";
import { grid } from "./grid.js";
import { drawLine, selectInside } from "./lasso.js";
import { draw, PICTURE } from "./marks.js";
import { drawBorders, fence, readBorders } from "./outlines.js";
import { PeopleLayer } from "./people.js";
import { mapState } from "./state.js";
import { style } from "./style.js";

const KEPT = "xuncha.map";
const MOST_PICTURES = 1500;

/** @returns {{center: [number, number], zoom: number} | null} where the reader was last */
function kept() {
  try {
    const { center, zoom, user } = JSON.parse(localStorage.getItem(KEPT) ?? "");
    return user === session.get().user?.id && Number.isFinite(zoom) ? { center, zoom } : null;
  } catch {
    return null;
  }
}

/** @returns {boolean} */
function hasWebGL() {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(gl);
}

/** Sends the token with what this house is asked, and with nothing else. @param {string} url */
function signed(url) {
  const own = url.startsWith(location.origin + "/api/");
  return own ? { url, headers: { Authorization: session.get().token } } : { url };
}

export class Chart {
  /** @param {HTMLElement} holder @returns {Promise<Chart>} an error with noWebGL where there is none */
  static async open(holder) {
    if (!hasWebGL()) throw Object.assign(new Error("no WebGL"), { noWebGL: true });
    setWorkerUrl(new URL(import.meta.resolve("maplibre-gl-worker"), location.href).href);
    mapState.set({ wrong: (await openArchive(/** @type {any} */ ({ addProtocol }))) ? "" : "map_no_base" });
    return new Chart(holder);
  }

  /** @param {HTMLElement} holder */
  constructor(holder) {
    const last = kept();
    this.placed = Boolean(last);
    this.dressed = false;
    this.brought = ""; // the case that was brought into sight
    this.bordered = false; // whether it was asked for borders
    this.map = new MapLibre({
      container: holder, style: style(), attributionControl: false, transformRequest: signed, fadeDuration: 0, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, maxZoom: CLOSEST, minZoom: 2, center: last?.center ?? [105, 35], zoom: last?.zoom ?? 3.4, renderWorldCopies: false,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", t("map_keys"));
    this.map.setMissingStyleImageResolver((name) => this.picture(name));
    this.map.on("error", (e) => console.warn(e.error));
    this.cases = new CaseLayer(this.map);
    this.people = new PeopleLayer(this.map);
    this.ends = [
      selection.subscribe(() => this.cases.mark()),
      hovered.subscribe(() => this.light()),
      opened.subscribe((o) => o.file && this.open(o.id)),
      caseList.subscribe(() => this.bordered && this.place()),
    ];
    const borders = readBorders(); // while the map is made
    this.map.once("style.load", () => this.loaded(borders));
    this.map.on("moveend", () => this.moved());
    this.map.on("idle", () => this.forget());
  }

  remove() {
    for (const end of this.ends) end();
    this.cases.end();
    this.people.end();
    this.stopLine?.();
    this.map.remove();
  }

  /** @param {Promise<void>} borders */
  async loaded(borders) {
    this.moved();
    await borders;
    drawBorders(this.map);
    this.bordered = true;
    this.place();
    await this.cases.begin();
    await this.people.begin();
    this.open(route.get().id);
  }

  /** @param {string} name */
  picture(name) {
    const picture = draw(name);
    if (picture && !this.map.hasImage(name)) this.map.addImage(name, picture, PICTURE);
  }

  /** Of many pictures those that are not seen are dropped. */
  forget() {
    const names = this.map.listImages();
    if (names.length < MOST_PICTURES) return;
    for (const name of names) if (name.startsWith("ring|") || name.startsWith("person|")) this.map.removeImage(name);
    this.cases.again();
  }

  /** Another theme or language: all is drawn anew. */
  dress() {
    this.map.getCanvas().setAttribute("aria-label", t("map_keys"));
    if (!this.dressed) return void (this.dressed = true); // it was made in this theme
    const keep = ["outlines", "people", "way", "focus", "grid"].map((id) => /** @type {const} */ ([id, /** @type {any} */ (this.map.getSource(id))?.serialize().data]));
    this.map.setStyle(style(), { diff: false });
    this.map.once("style.load", () => {
      for (const [id, data] of keep) if (data) /** @type {any} */ (this.map.getSource(id))?.setData(data);
      this.cases.dress();
    });
  }

  /** The camera goes to what there is: the borders, else the cases of the list; once. */
  place() {
    if (this.placed) return;
    const bounds = fence() ?? around([...caseList.get().rows.values()].map((c) => c.location));
    if (!bounds) return;
    this.placed = true;
    this.map.fitBounds(bounds, { padding: 48, maxZoom: 13, animate: false });
  }

  showAll() {
    this.placed = false;
    this.place();
  }

  moved() {
    const b = this.map.getBounds();
    /** @type {any} */ (this.map.getSource("grid"))?.setData(grid({ west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth() }, this.map.getZoom()));
    if (!this.placed) return;
    const { lng, lat } = this.map.getCenter();
    localStorage.setItem(KEPT, JSON.stringify({ center: [lng, lat], zoom: this.map.getZoom(), user: session.get().user?.id }));
  }

  /** @param {Record<string, string>} query of the address */
  narrow(query) {
    this.cases.narrow(query);
  }

  /** Lights the places of the open case and of the row under the pointer, in whatever cells they are. */
  light() {
    this.cases.mark();
    const { id, from } = hovered.get();
    const shown = [from === "list" && id ? listedCase(id) : undefined, opened.get().file?.case].filter((c) => c?.location);
    const features = shown.map((c) => ({ type: "Feature", properties: { status: c?.status, overdue: c?.overdue, urgent: c?.urgent }, geometry: { type: "Point", coordinates: [c?.location?.lon, c?.location?.lat] } }));
    /** @type {any} */ (this.map.getSource("focus"))?.setData({ type: "FeatureCollection", features });
  }

  /** The case of the panel: it is marked, and brought into sight if it is not. @param {string} id "" for none */
  open(id) {
    this.light();
    const at = id ? (opened.get().file?.case ?? listedCase(id))?.location : null;
    if (at && this.brought !== id) this.bring([at.lon, at.lat]);
    if (at || !id) this.brought = id;
  }

  /** @param {[number, number]} at */
  bring(at) {
    const panel = /** @type {HTMLElement | null} */ (document.querySelector(".panel"))?.offsetWidth ?? 0;
    const { clientWidth: w, clientHeight: h } = this.map.getContainer();
    const p = this.map.project(at);
    const free = Math.max(w - panel, w / 3);
    if (p.x > 40 && p.x < free - 40 && p.y > 40 && p.y < h - 40) return;
    this.map.easeTo({ center: at, offset: [(free - w) / 2, 0], duration: calm() ? 0 : 120 });
  }

  /** @param {number} by */
  zoom(by) {
    this.map.zoomTo(this.map.getZoom() + by, { duration: calm() ? 0 : 120 });
  }

  focus() {
    this.map.getCanvas().focus();
  }

  /** @param {"freehand" | "rectangle"} kind */
  drawLine(kind) {
    this.endLine();
    mapState.set({ drawing: kind, tip: null });
    this.stopLine = drawLine(this.map, kind, (polygon) => {
      this.endLine();
      if (polygon) selectInside(polygon);
    });
  }

  endLine() {
    this.stopLine?.();
    this.stopLine = undefined;
    mapState.set({ drawing: "" });
  }

  selectInView() {
    const b = this.map.getBounds();
    const [w, s, e, n] = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    return selectInside([[w, s], [e, s], [e, n], [w, n], [w, s]]);
  }
}

/** @param {({lon: number, lat: number} | null)[]} places @returns {[number, number, number, number] | null} */
function around(places) {
  const there = places.filter((p) => p !== null && p !== undefined);
  if (there.length === 0) return null;
  const [lons, lats] = [there.map((p) => p.lon), there.map((p) => p.lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
