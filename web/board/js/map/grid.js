// Lines of longitude and latitude for a map that has no other ground, as close as the zoom
// needs, with their degrees at the edge.

const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** @param {number} degrees @param {number} step @param {string} plus @param {string} minus */
function degreeText(degrees, step, plus, minus) {
  const digits = step >= 1 ? 0 : Math.ceil(-Math.log10(step) - 1e-9);
  return `${Math.abs(degrees).toFixed(digits)}°${degrees < 0 ? minus : plus}`;
}

/**
 * The grid of what is seen.
 * @param {{west: number, south: number, east: number, north: number}} seen
 * @param {number} zoom
 * @returns {any} GeoJSON
 */
export function grid({ west, south, east, north }, zoom) {
  const across = 360 / 2 ** zoom; // degrees of 512 dots
  const step = STEPS.find((s) => s <= across / 3) ?? STEPS[STEPS.length - 1];
  /** @type {any[]} */
  const features = [];
  const line = (/** @type {number[][]} */ coordinates) => features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
  const name = (/** @type {number[]} */ coordinates, /** @type {string} */ text, /** @type {string} */ anchor) =>
    features.push({ type: "Feature", properties: { text, anchor }, geometry: { type: "Point", coordinates } });
  const edge = step / 2;
  for (let i = Math.floor(west / step); i * step <= east; i++) {
    const lon = i * step;
    line([[lon, Math.max(-85, south - edge)], [lon, Math.min(85, north + edge)]]);
    name([lon, south], degreeText(lon, step, "E", "W"), "bottom");
  }
  for (let i = Math.floor(Math.max(south, -85) / step); i * step <= Math.min(north, 85); i++) {
    const lat = i * step;
    line([[west - edge, lat], [east + edge, lat]]);
    name([east, lat], degreeText(lat, step, "N", "S"), "right");
  }
  return { type: "FeatureCollection", features };
}
