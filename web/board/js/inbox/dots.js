// A small map without a base: a place in the middle, others around it at their distances, and
// borders that run near by. What it shows stands in words beside it.

import { html } from "preact";
import { metresWord } from "../dates.js";

const WIDE = 360;
const HIGH = 220;
const LEAST = 60; // m from the middle to the edge
const DEGREE = 111_320; // m of latitude

/**
 * @typedef {{lon: number, lat: number, accuracy_m?: number}} Place
 * @typedef {{id: string, at: Place, label: string, on?: boolean}} Dot
 */

/** Metres from one place to another, east and north. @param {Place} from @param {Place} to @returns {[number, number]} */
const offset = (from, to) => [(to.lon - from.lon) * DEGREE * Math.cos((from.lat * Math.PI) / 180), (to.lat - from.lat) * DEGREE];

/** @param {Place} from @param {Place} to metres */
export const metresTo = (from, to) => Math.hypot(...offset(from, to));

/** The largest of 1, 2, 5, 10 … that is not above a number. @param {number} n */
function round(n) {
  const ten = 10 ** Math.floor(Math.log10(n));
  return ten * (n / ten >= 5 ? 5 : n / ten >= 2 ? 2 : 1);
}

const CLOSE = 18; // from the middle, where a dot would hide it

/** A dot that would lie on the middle stands beside it, each in a direction of its own. @param {number[]} at @param {number} i */
function apart([x, y], i) {
  if (Math.hypot(x - WIDE / 2, y - HIGH / 2) >= CLOSE) return [x, y];
  return [WIDE / 2 + CLOSE * Math.cos(i * 2.4), HIGH / 2 + CLOSE * Math.sin(i * 2.4)];
}

/**
 * @param {{name: string, middle: Place, dots?: Dot[], borders?: {name: string, on: boolean, rings: [number, number][][]}[], reach?: number, choose?: (id: string) => void}} props
 * reach: metres from the middle to the edge, at least
 */
export function Dots({ name, middle, dots = [], borders = [], reach = 0, choose }) {
  const far = Math.max(LEAST, reach, ...dots.map((d) => metresTo(middle, d.at) * 1.2));
  const scale = HIGH / 2 / far;
  const at = (/** @type {Place} */ p) => {
    const [east, north] = offset(middle, p);
    return [WIDE / 2 + east * scale, HIGH / 2 - north * scale];
  };
  const path = (/** @type {[number, number][][]} */ rings) => rings.map((r) => "M" + r.map(([lon, lat]) => at({ lon, lat }).map((n) => n.toFixed(1)).join(" ")).join("L") + "Z").join("");
  const ring = round(far * 0.85);
  return html`<svg class="dotmap" viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${name}>
    ${borders.map((b) => html`<path key=${b.name} class=${b.on ? "land on" : "land"} d=${path(b.rings)} />`)}
    ${[ring, ring / 2].map((m) => html`<circle key=${m} class="reach" cx=${WIDE / 2} cy=${HIGH / 2} r=${m * scale} />`)}
    <text class="far" x=${WIDE / 2} y=${HIGH / 2 + ring * scale - 5} text-anchor="middle">${metresWord(ring)}</text>
    ${(middle.accuracy_m ?? 0) * scale > 6 && html`<circle class="doubt" cx=${WIDE / 2} cy=${HIGH / 2} r=${(middle.accuracy_m ?? 0) * scale} />`}
    <circle class="here" cx=${WIDE / 2} cy=${HIGH / 2} r="6" />
    ${dots.map((d, i) => {
      const [x, y] = apart(at(d.at), i);
      return html`<g key=${d.id} class=${d.on ? "dot on" : "dot"} onClick=${choose && (() => choose(d.id))}><line x1=${WIDE / 2} y1=${HIGH / 2} x2=${x} y2=${y} /><circle cx=${x} cy=${y} r="9" /><text x=${x} y=${y + 4} text-anchor="middle">${d.label}</text></g>`;
    })}
  </svg>`;
}
