import type { RowWriter } from '../matrix/row-writer.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { Evidence } from './evidence.js';

/**
 * The rows of stated preferences: every offered item that carries the attribute value, all alike. Which of them are
 * popular, popularity says by itself.
 *
 * A rare value says more than a common one: its weight goes from ½ (every item has it) to 1 (one item has it), by its
 * inverse document frequency (Spärck Jones, 1972) over the largest there can be.
 */
export function writePreferenceRow(attribute: number, evidence: Evidence, out: RowWriter): void {
  const { itemsByAttribute, items } = evidence;
  const from = itemsByAttribute.start[attribute]!;
  const to = itemsByAttribute.start[attribute + 1]!;
  const weight = items > 1 ? 0.5 + (0.5 * Math.log(items / Math.max(1, to - from))) / Math.log(items) : 1;
  for (let e = from; e < to; e++) out.add(itemsByAttribute.index[e]!, weight);
}

/** What is believed of stated preferences before anybody was seen to follow them: so many times their usual share. */
const BELIEVED_LIFT = 4;
/** Interactions, as everybody has them, that the belief is worth. */
const BELIEF = 20;

/**
 * How far stated preferences are to be believed, 0 to 1, from what those who stated them did:
 *
 *     lift = (n + m L) / (e + m)        n: their interactions with items that carry what they want; e: expected of anybody
 *     trust = (lift − 1) / (L − 1)      within 0 and 1
 *
 * Where nobody who states a preference has done anything, they are believed.
 *
 * @param preferences users × attribute values, wanted ones above 0. @param itemsByAttribute attribute values × items.
 * @param liked users × items. @param popularity by item.
 */
export function preferenceTrust(
  preferences: SparseRows,
  itemsByAttribute: SparseRows,
  liked: SparseRows,
  popularity: Float64Array,
): number {
  const total = popularity.reduce((a, b) => a + b, 0);
  const shares = Float64Array.from({ length: itemsByAttribute.rows }, (_, value) => {
    let mass = 0;
    for (let e = itemsByAttribute.start[value]!; e < itemsByAttribute.start[value + 1]!; e++)
      mass += popularity[itemsByAttribute.index[e]!]!;
    return total > 0 ? mass / total : 0;
  });
  let followed = 0;
  let expected = 0;
  for (let user = 0; user < preferences.rows; user++) {
    const items = liked.index.subarray(liked.start[user]!, liked.start[user + 1]!);
    for (let p = preferences.start[user]!; items.length > 0 && p < preferences.start[user + 1]!; p++) {
      if (!(preferences.value[p]! > 0)) continue;
      const value = preferences.index[p]!;
      const carrying = itemsByAttribute.index.subarray(
        itemsByAttribute.start[value]!,
        itemsByAttribute.start[value + 1]!,
      );
      followed += countCommon(items, carrying);
      expected += items.length * shares[value]!;
    }
  }
  const lift = (followed + BELIEF * BELIEVED_LIFT) / (expected + BELIEF);
  return Math.min(1, Math.max(0, (lift - 1) / (BELIEVED_LIFT - 1)));
}

/** How many numbers two rising lists have in common. */
function countCommon(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i]!, b[j]!];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return common;
}
