// What the map and the rest of the board know of each other.

import { createStore } from "../store.js";

/**
 * cases: whether the server has tiles of cases. drawing: the line that is being drawn. tip: what
 * stands beside the pointer, in dots of the map.
 * @typedef {{cases: "asking" | "there" | "absent", drawing: "" | "freehand" | "rectangle", wrong: string,
 *   tip: null | {x: number, y: number, kind: "cell" | "case" | "person", of: Record<string, any>}}} MapState
 */

export const mapState = createStore(/** @type {MapState} */ ({ cases: "asking", drawing: "", wrong: "", tip: null }));
