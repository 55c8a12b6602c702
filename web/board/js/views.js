// The views of the board by their name in the address. A view is a component that fills the
// space under the head.

/** @type {Map<string, any>} */
const views = new Map();

/** Adds a view. @param {string} name @param {any} component */
export const addView = (name, component) => void views.set(name, component);

/** @param {string} name */
export const hasView = (name) => views.has(name);

/** @param {string} name */
export const viewOf = (name) => views.get(name);
