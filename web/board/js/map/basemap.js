// The base map that the operator names: raster tiles, or an archive in PMTiles, raster or in
// the layers of Protomaps. There is none in the house.

import { token } from "../theme.js";
import { config } from "../words.js";

let vector = false;
let silent = false; // an archive that was asked and did not answer

const LONGEST = 10_000; // ms that the map waits for its ground

/** Whether there is a base map to draw. */
export const hasBase = () => Boolean(config.tiles.url) && !silent;

/**
 * Reads what an archive holds, once, and teaches the map to read it; without an answer there is
 * no base map.
 * @param {typeof import("maplibre-gl")} maplibre
 * @returns {Promise<boolean>} whether it answered
 */
export async function openArchive(maplibre) {
  if (!config.tiles.pmtiles) return true;
  try {
    await Promise.race([read(maplibre), new Promise((_, no) => setTimeout(() => no(new Error("the base map does not answer")), LONGEST))]);
    silent = false;
  } catch (err) {
    console.warn(err);
    silent = true;
  }
  return !silent;
}

/** @param {typeof import("maplibre-gl")} maplibre */
async function read(maplibre) {
  const { PMTiles, Protocol } = await import("pmtiles");
  const protocol = new Protocol();
  maplibre.addProtocol("pmtiles", protocol.tile);
  const archive = new PMTiles(new URL(config.tiles.url, location.href).href);
  protocol.add(archive);
  vector = (await archive.getHeader()).tileType === 1;
}

/** @param {string} id @param {string} type @param {string} layer @param {Record<string, any>} paint @param {any} [filter] */
const part = (id, type, layer, paint, filter) => ({ id: "base-" + id, type, source: "base", "source-layer": layer, paint, ...(filter ? { filter } : {}) });

/** Calm enough for cases to stand out: land, water, green, roads, borders; no names. @returns {any[]} */
const vectorLayers = () => [
  part("earth", "fill", "earth", { "fill-color": token("map-ground") }),
  part("green", "fill", "landuse", { "fill-color": token("map-green") }, ["in", ["get", "kind"], ["literal", ["park", "forest", "wood", "nature_reserve", "grass", "cemetery", "farmland"]]]),
  part("water", "fill", "water", { "fill-color": token("map-water") }),
  part("houses", "fill", "buildings", { "fill-color": token("map-grid") }),
  part("roads", "line", "roads", { "line-color": token("map-road"), "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 6, 0.4, 14, 3, 18, 12] }),
  part("borders", "line", "boundaries", { "line-color": token("map-border"), "line-width": 0.6, "line-dasharray": [3, 2] }),
];

/** Sources and layers of the base map, as far as there is one. @returns {{sources: Record<string, any>, layers: any[]}} */
export function basemap() {
  const { url, pmtiles } = config.tiles;
  if (!hasBase()) return { sources: {}, layers: [] };
  const address = new URL(url.replaceAll("{", "%7B").replaceAll("}", "%7D"), location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  if (pmtiles && vector) return { sources: { base: { type: "vector", url: "pmtiles://" + address } }, layers: vectorLayers() };
  const source = pmtiles ? { type: "raster", url: "pmtiles://" + address, tileSize: 256 } : { type: "raster", tiles: [address], tileSize: 256, maxzoom: 18 };
  return { sources: { base: source }, layers: [{ id: "base", type: "raster", source: "base", paint: { "raster-fade-duration": 0 } }] };
}
