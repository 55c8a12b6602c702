// What the map and the rest of the board know of each other.

import { createStore } from "../store.js";

/**
 * cases: whether the server has tiles of cases, or is making them: done of all cases. busy: what
 * is drawn is not yet what was asked for. drawing: the line that is being drawn. tip: what
 * stands beside the pointer, in dots of the map. wrong: the word for what fails.
 * @typedef {{cases: "asking" | "making" | "there" | "absent", done: number, all: number, busy: boolean, drawing: "" | "freehand" | "rectangle", wrong: string,
 *   tip: null | {x: number, y: number, kind: "cell" | "case" | "person", of: Record<string, any>}}} MapState
 */

export const mapState = createStore(/** @type {MapState} */ ({ cases: "asking", done: 0, all: 0, busy: true, drawing: "", wrong: "", tip: null }));
