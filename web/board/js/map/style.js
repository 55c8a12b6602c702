// How the map looks: a plain ground with a grid, a base map if the operator names one, borders,
// cases, inspectors. All colours are tokens.

import { token } from "../theme.js";
import { config } from "../words.js";
import { basemap, hasBase } from "./basemap.js";
import { HUES, statesOf } from "./marks.js";

/** @typedef {import("maplibre-gl").LayerSpecification} Layer */

const EMPTY = /** @type {any} */ ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });

/** @param {string} name @returns {any} a count of a cell, 0 if it has none */
const count = (name) => ["coalesce", ["get", name], 0];

/** The name of a cell's picture: what is overdue, and the counts by hue. @returns {any} */
function ringName() {
  const states = config.process.states.map((s) => s.code);
  const sums = HUES.map((h) => ["to-string", ["+", 0, ...statesOf(h, states).map((s) => count("s_" + s))]]);
  return ["concat", "ring|", ["to-string", count("overdue")], ...sums.flatMap((s) => ["|", s])];
}

const flag = (/** @type {string} */ name) => ["to-string", ["to-boolean", ["coalesce", ["get", name], false]]];

/** @returns {any} */
const pinName = () => ["concat", "pin|", ["coalesce", ["get", "status"], ""], "|", flag("overdue"), "|", flag("urgent")];

/** @type {any} */
export const ONE = ["has", "id"];

const FREE = { "icon-allow-overlap": true, "icon-ignore-placement": true };

/** @param {string} name @returns {any} */
const marked = (name) => ["boolean", ["feature-state", name], false];

/** The layers of cases; their source is there once the server has tiles. @returns {Layer[]} */
export function caseLayers() {
  return /** @type {Layer[]} */ ([
    {
      id: "halo", type: "circle", source: "cases", "source-layer": "cases", filter: ONE,
      paint: {
        "circle-radius": 16, "circle-opacity": 0, "circle-stroke-color": token("accent"),
        "circle-stroke-width": ["case", marked("open"), 4, marked("picked"), 3, marked("lit"), 2, 0],
      },
    },
    { id: "cells", type: "symbol", source: "cases", "source-layer": "cases", filter: ["!", ONE], layout: { "icon-image": ringName(), "symbol-sort-key": count("n"), ...FREE } },
    { id: "pins", type: "symbol", source: "cases", "source-layer": "cases", filter: ONE, layout: { "icon-image": pinName(), ...FREE } },
  ]);
}

/** Under the cases: nothing of these is pressed. @returns {Layer[]} */
const ground = () => /** @type {Layer[]} */ ([
  { id: "ground", type: "background", paint: { "background-color": token("map-ground") } },
  ...basemap().layers,
  ...(hasBase() ? [] : [
    { id: "grid", type: "line", source: "grid", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": token("map-grid"), "line-width": 1 } },
    { id: "degrees", type: "symbol", source: "grid", filter: ["has", "text"], layout: { "icon-image": ["concat", "degree|", ["get", "text"]], "icon-anchor": ["get", "anchor"], ...FREE } },
  ]),
  { id: "outline-wide", type: "line", source: "outlines", paint: { "line-color": token("map-ground"), "line-width": 4, "line-opacity": 0.6 } },
  { id: "outline", type: "line", source: "outlines", layout: { "line-join": "round" }, paint: { "line-color": token("map-border"), "line-width": 1.2 } },
]);

/** Over the cases. @returns {Layer[]} */
const above = () => /** @type {Layer[]} */ ([
  { id: "way", type: "line", source: "way", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": token("accent"), "line-width": 2, "line-dasharray": [1, 2] } },
  { id: "stops", type: "symbol", source: "way", filter: ["has", "n"], layout: { "icon-image": ["concat", "stop|", ["to-string", ["get", "n"]]], "icon-offset": [14, -14], ...FREE } },
  { id: "spots", type: "symbol", source: "people", layout: { "icon-image": ["concat", "spot|", ["to-string", ["get", "old"]]], ...FREE } },
  { id: "people", type: "symbol", source: "people", layout: { // a name gives way to one that was heard of later
    "icon-image": ["concat", "person|", ["get", "name"], "|", ["get", "age"], "|", ["to-string", ["get", "old"]]], "icon-anchor": "bottom", "icon-offset": [0, -4], "icon-padding": 1, "symbol-sort-key": ["get", "age_s"] } },
  { id: "focus-ring", type: "circle", source: "focus", paint: { "circle-radius": 18, "circle-color": token("accent"), "circle-opacity": 0.12, "circle-stroke-color": token("accent"), "circle-stroke-width": 2 } },
  { id: "focus", type: "symbol", source: "focus", layout: { "icon-image": pinName(), ...FREE } },
]);

/**
 * The whole style, without the cases.
 * @returns {import("maplibre-gl").StyleSpecification}
 */
export function style() {
  return /** @type {any} */ ({
    version: 8,
    sources: { ...basemap().sources, grid: EMPTY, outlines: EMPTY, way: EMPTY, people: EMPTY, focus: EMPTY },
    layers: [...ground(), ...above()],
    transition: { duration: 0 },
  });
}
