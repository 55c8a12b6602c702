// What differs between two texts: Chinese by characters, other scripts by words.

const WORDS = /\p{Script=Han}|[\p{L}\p{N}_]+|\s+|[^\s]/gu;
const MOST = 4_000_000; // cells of the table; longer texts are compared from their ends only

/** @typedef {{text: string, same: boolean}} Piece */

/**
 * Both texts in pieces, the same ones in the same order.
 * @param {string} a
 * @param {string} b
 * @returns {[Piece[], Piece[]]}
 */
export function compare(a, b) {
  const left = a.match(WORDS) ?? [];
  const right = b.match(WORDS) ?? [];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const inner = common(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const pieces = (/** @type {string[]} */ words, /** @type {Set<number>} */ kept) =>
    joined(words.map((text, i) => ({ text, same: i < start || i >= words.length - end || kept.has(i - start) })));
  return [pieces(left, inner[0]), pieces(right, inner[1])];
}

/**
 * Which places of both belong to a longest common sequence.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {[Set<number>, Set<number>]}
 */
function common(a, b) {
  /** @type {[Set<number>, Set<number>]} */
  const out = [new Set(), new Set()];
  const wide = b.length + 1;
  if (a.length * b.length > MOST || a.length === 0 || b.length === 0) return out;
  const length = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * wide + j] = a[i] === b[j] ? length[(i + 1) * wide + j + 1] + 1 : Math.max(length[(i + 1) * wide + j], length[i * wide + j + 1]);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      out[0].add(i++);
      out[1].add(j++);
    } else if (length[(i + 1) * wide + j] >= length[i * wide + j + 1]) i++;
    else j++;
  }
  return out;
}

/** @param {Piece[]} list @returns {Piece[]} neighbours of a kind as one */
function joined(list) {
  /** @type {Piece[]} */
  const out = [];
  for (const p of list) {
    const last = out[out.length - 1];
    if (last && last.same === p.same) last.text += p.text;
    else out.push({ ...p });
  }
  return out;
}
