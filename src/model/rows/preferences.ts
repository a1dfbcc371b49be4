import type { RowWriter } from '../../matrix/row-writer.js';
import { rowOf, type SparseRows } from '../../matrix/sparse.js';

/**
 * Writes the row of a stated preference: every offered item with the attribute value, all alike. Popularity orders
 * them.
 *
 * A rare value says more than a common one: its weight goes from ½ (every item has it) to 1 (one item has it), by its
 * inverse document frequency (Spärck Jones, 1972) over the largest there can be.
 */
export function writePreferenceRow(
  attribute: number,
  { itemsByAttribute, items }: { itemsByAttribute: SparseRows; items: number },
  out: RowWriter,
): void {
  const itemsWithValue = rowOf(itemsByAttribute, attribute);
  const weight = items > 1 ? 0.5 + (0.5 * Math.log(items / Math.max(1, itemsWithValue.length))) / Math.log(items) : 1;
  for (const item of itemsWithValue) out.add(item, weight);
}

/** The lift that is assumed until users are seen to follow their preferences. */
const ASSUMED_LIFT = 4;
/** How many expected interactions the assumption is worth. */
const ASSUMPTION = 20;

/**
 * How far to trust stated preferences, from 0 to 1, by what the users who stated them did:
 *
 *     lift = (n + m L) / (e + m)        n: their interactions with items that carry what they want; e: expected of anybody
 *     trust = (lift − 1) / (L − 1)      within 0 and 1
 *
 * Where nobody who states a preference has done anything, trust is 1.
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
    for (const item of rowOf(itemsByAttribute, value)) mass += popularity[item]!;
    return total > 0 ? mass / total : 0;
  });
  let followed = 0;
  let expected = 0;
  for (let user = 0; user < preferences.rows; user++) {
    const items = rowOf(liked, user);
    for (let p = preferences.start[user]!; items.length > 0 && p < preferences.start[user + 1]!; p++) {
      if (!(preferences.value[p]! > 0)) continue;
      const value = preferences.index[p]!;
      followed += countCommon(items, rowOf(itemsByAttribute, value));
      expected += items.length * shares[value]!;
    }
  }
  const lift = (followed + ASSUMPTION * ASSUMED_LIFT) / (expected + ASSUMPTION);
  return Math.min(1, Math.max(0, (lift - 1) / (ASSUMED_LIFT - 1)));
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
