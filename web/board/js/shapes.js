// A shape for each state, so that colour is never needed to tell them apart; 16 by 16, the
// same as those of the pages. Drawn as SVG and on canvas.

import { html } from "preact";
import { stateWord, t } from "./words.js";

const RING = "M2.5 8a5.5 5.5 0 1 0 11 0 5.5 5.5 0 1 0-11 0z";

/** What is drawn for a state: paths, each with the width of its line, 0 for a filled one. @type {Record<string, [string, number][]>} */
export const SHAPES = {
  registered: [[RING, 1.6]],
  accepted: [[RING, 1.6], ["M5.6 8a2.4 2.4 0 1 0 4.8 0 2.4 2.4 0 1 0-4.8 0z", 0]],
  transferred: [["M2 8h11M9 4l4 4-4 4", 1.8]],
  assigned: [[RING, 1.6], ["M8 2.5a5.5 5.5 0 0 0 0 11z", 0]],
  inspecting: [["M8 2l6.5 11.5h-13z", 0]],
  rectifying: [["M2.8 2.8h10.4v10.4H2.8z", 0]],
  verifying: [["M8 1.4L14.6 8 8 14.6 1.4 8z", 0]],
  verified: [["M8 2.2L13.8 8 8 13.8 2.2 8z", 1.5], ["M8 5.2L10.8 8 8 10.8 5.2 8z", 0]],
  replying: [["M8 2.2L13.8 8 8 13.8 2.2 8z", 1.6]],
  closed: [["M2.5 8.5l3.8 3.8L13.5 4.5", 2]],
  stage_closed: [["M3.3 3.3h9.4v9.4H3.3z", 1.6], ["M3.3 3.3H8v9.4H3.3z", 0]],
  reopened: [["M4.2 4.8A5.2 5.2 0 1 1 2.8 8.6M3.8 1.6v3.6h3.6", 1.7]],
  not_accepted: [["M3.5 3.5l9 9M12.5 3.5l-9 9", 1.8]],
  merged: [[RING, 1.4], ["M8 2.5v11M2.5 8h11", 1.4]],
  withdrawn: [["M3 8h10", 2]],
};

/** The token of a state's colour. @param {string} status */
export function hue(status) {
  switch (status) {
    case "accepted":
      return "registered";
    case "reopened":
      return "rectifying";
    case "verified":
      return "verifying";
    case "registered": case "assigned": case "inspecting": case "rectifying": case "verifying": case "replying": case "closed":
      return status;
  }
  return "quiet";
}

/** The shape alone. @param {{status: string, late?: boolean}} props */
export const Shape = ({ status, late = false }) => html`<svg class=${`shape hue-${hue(status)}${late ? " late" : ""}`} viewBox="0 0 16 16" aria-hidden="true">
  ${(SHAPES[status] ?? []).map(([d, line]) => html`<path d=${d} fill=${line ? "none" : "currentColor"} stroke=${line ? "currentColor" : "none"} stroke-width=${line || null} />`)}
</svg>`;

/** Shape and word. @param {{status: string, late?: boolean}} props */
export const Status = ({ status, late = false }) => html`<span class=${`status hue-${hue(status)}`}>
  <${Shape} status=${status} late=${late} /><span>${stateWord(status)}</span>${late && html`<span class="sr">${t("overdue")}</span>`}
</span>`;

/** Lines of the small signs on buttons, 16 by 16. @type {Record<string, string>} */
const SIGNS = {
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9zM10.3 10.3l3.4 3.4",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  down: "M4 6.2l4 4 4-4",
  left: "M9.8 3.8L5.6 8l4.2 4.2",
  right: "M6.2 3.8L10.4 8l-4.2 4.2",
  user: "M8 8.2a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 1 0 0 5.6zM2.8 13.6c.7-2.4 2.7-3.6 5.2-3.6s4.5 1.2 5.2 3.6",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 1 0 0-6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1-1.1M11.7 4.3l1.1-1.1",
  dark: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
  check: "M3 8.4l3.2 3.2L13 4.8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  star: "M8 2.2l1.8 3.7 4.1.6-3 2.9.7 4.1L8 11.6l-3.6 1.9.7-4.1-3-2.9 4.1-.6z",
  bolt: "M9 1.8L3.6 9h3.6L6.6 14.2 12.4 7H8.6z",
  lasso: "M8 3.2c3.3 0 5.8 1.5 5.8 3.6S11.3 10.4 8 10.4 2.2 8.9 2.2 6.8 4.7 3.2 8 3.2zM5 10.2c-.9.6-1 1.7-.2 2.2.8.6 1.7-.2 1.4-1.1M6.2 11.4c.3 1-.1 2.2-1.2 2.9",
  box: "M2.8 4h10.4v8H2.8z",
  eye: "M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 1 0 0-3.6z",
  keyboard: "M1.8 4.2h12.4v7.6H1.8zM4.4 7h.01M7 7h.01M9.6 7h.01M12 7h.01M5 9.4h6",
  print: "M4.4 6V2.4h7.2V6M4.4 11.4H2.4V6h11.2v5.4h-2M4.4 9.4h7.2v4.2H4.4z",
  folder: "M1.8 4h4.4l1.4 1.6h6.6V12.6H1.8z",
  paper: "M4 1.8h5.4L12.4 5v9.2H4zM9.2 2v3.2h3M6.2 8.2h4M6.2 10.8h4",
  film: "M1.8 3.6h12.4v8.8H1.8zM6.6 5.8v4.4L10.2 8z",
  pin: "M8 14s4.6-4.2 4.6-7.6a4.6 4.6 0 0 0-9.2 0C3.4 9.8 8 14 8 14zM8 4.8a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 1 0 0-3.2z",
  phone: "M5 1.8h6v12.4H5zM7.2 12h1.6",
  flag: "M3.6 14V2.4M3.6 3h8.6l-2 2.8 2 2.8H3.6",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2zM8 4.8V8l2.4 1.6",
  swap: "M2.5 5.5h10M9.5 2.5l3 3-3 3M13.5 10.5h-10M6.5 7.5l-3 3 3 3",
  out: "M6.4 2.6H2.8v10.8h3.6M10 4.8L13.2 8 10 11.2M13 8H6",
};

/** A small sign; words stand beside it or in the button's name. @param {{name: string}} props */
export const Sign = ({ name }) => html`<svg class="sign" viewBox="0 0 16 16" aria-hidden="true"><path d=${SIGNS[name]} /></svg>`;
