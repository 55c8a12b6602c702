// What is drawn on the map, as pictures in the colours of the theme: a ring of states with a
// number for many cases, a shape for one, a name for an inspector. The name of a picture says
// what is on it, so each is drawn once.

import { hue, SHAPES } from "../shapes.js";
import { token } from "../theme.js";

const SCALE = 2; // dots of the picture for one of the screen

/** The hues of a ring, in the order of the work. What is not named here is quiet. */
export const HUES = /** @type {const} */ (["registered", "assigned", "inspecting", "rectifying", "verifying", "replying", "closed", "quiet"]);

/** The states of a hue. @param {string} of @param {string[]} states */
export const statesOf = (of, states) => states.filter((s) => hue(s) === of);

/** @param {number} size of the screen @returns {CanvasRenderingContext2D} */
function sheet(size, width = size) {
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = size * SCALE;
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  c.scale(SCALE, SCALE);
  return c;
}

/** @param {CanvasRenderingContext2D} c */
const taken = (c) => c.getImageData(0, 0, c.canvas.width, c.canvas.height);

/** @param {CanvasRenderingContext2D} c @param {number} size */
function family(c, size, weight = 650) {
  c.font = `${weight} ${size}px ${token("font")}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
}

/** @param {number} n */
const short = (n) => (n < 1000 ? String(n) : n < 9950 ? (n / 1000).toFixed(1) + "k" : Math.round(n / 1000) + "k");

/** The screen size of a ring. @param {number} n */
const ringSize = (n) => (n < 10 ? 36 : n < 100 ? 42 : n < 1000 ? 50 : 58);

/** Many cases: shares of the states around their number; outside it the share that is overdue. @param {number} overdue @param {number[]} counts */
function ring(overdue, counts) {
  const n = counts.reduce((a, b) => a + b, 0);
  const size = ringSize(n);
  const c = sheet(size);
  const [mid, line] = [size / 2, size < 45 ? 5 : 6];
  const radius = mid - line / 2 - 4;
  c.beginPath();
  c.arc(mid, mid, mid - 3, 0, 2 * Math.PI);
  c.fillStyle = token("map-case");
  c.fill();
  const parts = counts.filter((x) => x > 0).length;
  const gap = parts > 1 ? 1.2 / radius : 0;
  let at = -Math.PI / 2;
  counts.forEach((count, i) => {
    if (count === 0) return;
    const turn = (count / n) * 2 * Math.PI;
    c.beginPath();
    c.arc(mid, mid, radius, at + gap / 2, Math.max(at + gap / 2 + 0.02, at + turn - gap / 2));
    c.strokeStyle = token(HUES[i]);
    c.lineWidth = line;
    c.stroke();
    at += turn;
  });
  if (overdue > 0) {
    c.beginPath();
    c.arc(mid, mid, mid - 1.5, -Math.PI / 2, -Math.PI / 2 + Math.max(0.35, (overdue / n) * 2 * Math.PI));
    c.strokeStyle = token("overdue");
    c.lineWidth = 2;
    c.stroke();
  }
  family(c, n < 1000 ? 13 : 12);
  c.fillStyle = token("ink");
  c.fillText(short(n), mid, mid + 0.5);
  return taken(c);
}

/** One case: its shape on a disc, a ring around it if it is overdue, a bolt if it is urgent. @param {string} status @param {boolean} late @param {boolean} urgent */
function pin(status, late, urgent) {
  const size = 34;
  const c = sheet(size);
  const mid = size / 2;
  c.beginPath();
  c.arc(mid, mid, 12, 0, 2 * Math.PI);
  c.fillStyle = token("map-case");
  c.fill();
  c.lineWidth = late ? 2.5 : 1;
  c.strokeStyle = token(late ? "overdue" : "map-border");
  c.stroke();
  c.save();
  c.translate(mid - 7, mid - 7);
  c.scale(14 / 16, 14 / 16);
  c.fillStyle = c.strokeStyle = token(hue(status));
  for (const [d, line] of SHAPES[status] ?? []) {
    const path = new Path2D(d);
    c.lineWidth = line + 0.4;
    if (line) c.stroke(path);
    else c.fill(path);
  }
  c.restore();
  if (urgent) {
    c.translate(mid + 4, 1);
    c.fillStyle = token("overdue");
    c.strokeStyle = token("map-case");
    c.lineWidth = 1.5;
    const bolt = new Path2D("M7 0L2 7h3L4.2 12.4 9 5.6H6z");
    c.stroke(bolt);
    c.fill(bolt);
  }
  return taken(c);
}

/** Where an inspector is, under the name or alone where names would cover each other. @param {boolean} old */
function spot(old) {
  const c = sheet(14);
  c.beginPath();
  c.arc(7, 7, 5, 0, 2 * Math.PI);
  c.fillStyle = token(old ? "map-case" : "accent");
  c.strokeStyle = token(old ? "accent" : "map-case");
  c.lineWidth = 2;
  c.fill();
  c.stroke();
  return taken(c);
}

/** An inspector: the name, and how old the position is; one that is old is hollow. @param {string} name @param {string} age @param {boolean} old */
function person(name, age, old) {
  const probe = sheet(1);
  family(probe, 12, 500);
  const wide = Math.ceil(Math.max(probe.measureText(name).width, 16));
  family(probe, 11, 400);
  const width = Math.min(180, wide + Math.ceil(probe.measureText(age).width) + 34);
  const c = sheet(28, width);
  const card = new Path2D();
  card.roundRect(1, 1, width - 2, 24, 12);
  c.fillStyle = token("map-case");
  c.strokeStyle = token("accent");
  c.lineWidth = 1.5;
  c.setLineDash(old ? [3, 2] : []);
  c.fill(card);
  c.stroke(card);
  c.fillStyle = token("accent");
  c.beginPath();
  c.arc(14, 10, 3, 0, 2 * Math.PI);
  c.fill();
  c.beginPath();
  c.arc(14, 20, 6, Math.PI, 2 * Math.PI);
  c.fill();
  family(c, 12, 500);
  c.textAlign = "left";
  c.fillStyle = token("ink");
  c.fillText(name, 24, 13.5);
  family(c, 11, 400);
  c.textAlign = "left";
  c.fillStyle = token("muted");
  c.fillText(age, 28 + wide, 13.5);
  return taken(c);
}

/** The number of a stop, on the way of an inspector. @param {string} n */
function stop(n) {
  const c = sheet(22);
  c.beginPath();
  c.arc(11, 11, 9, 0, 2 * Math.PI);
  c.fillStyle = token("accent");
  c.fill();
  family(c, 11);
  c.fillStyle = token("accent-ink");
  c.fillText(n, 11, 11.5);
  return taken(c);
}

/** A degree at the edge of the grid. @param {string} text */
function degree(text) {
  const c = sheet(16, 64);
  family(c, 11, 400);
  c.fillStyle = token("muted");
  c.fillText(text, 32, 8);
  return taken(c);
}

/**
 * The picture of a name, null if it is none of ours.
 * @param {string} name
 * @returns {ImageData | null}
 */
export function draw(name) {
  const [kind, ...of] = name.split("|");
  switch (kind) {
    case "ring":
      return ring(Number(of[0]), of.slice(1).map(Number));
    case "pin":
      return pin(of[0], of[1] === "true", of[2] === "true");
    case "person":
      return person(of[0], of[1], of[2] === "true");
    case "spot":
      return spot(of[0] === "true");
    case "stop":
      return stop(of[0]);
    case "degree":
      return degree(of[0]);
  }
  return null;
}

export const PICTURE = { pixelRatio: SCALE };
