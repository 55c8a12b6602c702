// State that several parts look at: a value, a way to change it, and who wants to know.

import { useLayoutEffect, useReducer, useRef } from "preact";

/**
 * @template T
 * @typedef {{get: () => T, set: (patch: Partial<T> | ((now: T) => Partial<T>)) => void,
 *   subscribe: (look: (now: T) => void) => () => void}} Store
 */

/**
 * A store of one object. A change names the members that change; the object itself is new
 * each time, so that who compares sees it.
 * @template {object} T
 * @param {T} first
 * @returns {Store<T>}
 */
export function createStore(first) {
  let now = first;
  /** @type {Set<(now: T) => void>} */
  const looking = new Set();
  return {
    get: () => now,
    set(patch) {
      const change = typeof patch === "function" ? patch(now) : patch;
      const same = Object.entries(change).every(([name, value]) => Object.is(/** @type {any} */ (now)[name], value));
      if (same) return;
      now = { ...now, ...change };
      for (const look of [...looking]) look(now);
    },
    subscribe(look) {
      looking.add(look);
      return () => void looking.delete(look);
    },
  };
}

/**
 * The part of a store that a component shows; it is drawn anew when that part is another.
 * @template {object} T
 * @template P
 * @param {Store<T>} store
 * @param {(now: T) => P} part
 * @returns {P}
 */
export function useStore(store, part) {
  const [, again] = useReducer((/** @type {number} */ n) => n + 1, 0);
  const asked = useRef(part);
  const shown = useRef(/** @type {P | undefined} */ (undefined));
  asked.current = part;
  const value = part(store.get());
  shown.current = value;
  useLayoutEffect(() => {
    const look = () => {
      if (!Object.is(asked.current(store.get()), shown.current)) again(0);
    };
    look(); // it may have changed before we listened
    return store.subscribe(look);
  }, [store]);
  return value;
}
