// Inspectors on duty, where they were last heard of and how long ago; a click shows the way of
// one's day.

import { api, Problem, sentence } from "../api.js";
import { ageWord } from "../dates.js";
import { say } from "../parts.js";
import { listen } from "../stream.js";
import { t } from "../words.js";
import { mapState } from "./state.js";

const EACH = 60_000; // ms
const OLD = 1800; // s; then the position says little

const LAYERS = ["spots", "people"];

const NOTHING = { type: "FeatureCollection", features: [] };

/** @param {any} p */
const feature = (p) => ({
  type: "Feature",
  properties: {
    id: p.id, name: p.name, full: p.name, agency: p.agency_name ?? "", load: p.load ?? 0, age: ageWord(p.position.age_s), age_s: p.position.age_s,
    old: p.position.age_s > OLD, unsent: (p.phones ?? []).reduce((/** @type {number} */ n, /** @type {any} */ x) => n + (x.unsent ?? 0), 0),
  },
  geometry: { type: "Point", coordinates: [p.position.lon, p.position.lat] },
});

export class PeopleLayer {
  /** @param {import("maplibre-gl").Map} map */
  constructor(map) {
    this.map = map;
    this.shown = "";
    this.ends = [listen("phones", () => this.read()), listen("again", () => this.read())];
    map.on("mousemove", LAYERS, (e) => {
      const of = e.features?.[0]?.properties;
      if (!of || mapState.get().drawing) return;
      map.getCanvas().style.cursor = "pointer";
      mapState.set({ tip: { x: e.point.x, y: e.point.y, kind: "person", of } });
    });
    map.on("mouseleave", LAYERS, () => {
      map.getCanvas().style.cursor = "";
      mapState.set({ tip: null });
    });
    map.on("click", LAYERS, (e) => e.features?.[0] && this.way(e.features[0].properties.id));
  }

  end() {
    clearInterval(this.timer);
    for (const end of this.ends) end();
  }

  async begin() {
    if (await this.read()) this.timer = setInterval(() => document.visibilityState === "visible" && this.read(), EACH);
  }

  /** @returns {Promise<boolean>} whether there is anything to read here */
  async read() {
    try {
      const { items } = await api("/api/inspectors");
      const there = items.filter((/** @type {any} */ p) => p.on_duty && p.position);
      this.put("people", { type: "FeatureCollection", features: there.map(feature) });
      return true;
    } catch (err) {
      return !(err instanceof Problem && (err.absent || err.status === 403));
    }
  }

  /** @param {string} source @param {any} data */
  put(source, data) {
    /** @type {any} */ (this.map.getSource(source))?.setData(data);
  }

  /** Shows the way of somebody's day, or takes it away. @param {string} id */
  async way(id) {
    if (this.shown === id) {
      this.shown = "";
      return this.put("way", NOTHING);
    }
    try {
      const { start, stops, metres } = await api(`/api/inspectors/${id}/route`);
      this.shown = id;
      const at = (/** @type {any} */ p) => (Array.isArray(p) ? p : [p.lon, p.lat]);
      const placed = stops.filter((/** @type {any} */ s) => s.location);
      const features = placed.map((/** @type {any} */ s, /** @type {number} */ i) => ({ type: "Feature", properties: { n: i + 1 }, geometry: { type: "Point", coordinates: at(s.location) } }));
      const line = [...(start ? [at(start)] : []), ...placed.map((/** @type {any} */ s) => at(s.location))];
      if (line.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } });
      this.put("way", { type: "FeatureCollection", features });
      say(t("way_shown", { n: stops.length, km: (metres / 1000).toFixed(1) }));
    } catch (err) {
      if (!(err instanceof Problem && err.absent)) say(sentence(err), { kind: "wrong" });
    }
  }
}
