import type { SparseVector } from '../../kernels/sums.js';
import { selectBest } from '../../matrix/top-n.js';

/** If at least one item in this many is chosen, going through all items is faster than sorting. */
const MANY = 16;

/** The upper 16 bits of a double hold its sign, its exponent and in which sixteenth of its octave it lies. */
const CLASSES = 1 << 15;
/** The index of the upper half of a double among its two 32-bit words. */
const UPPER = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Chooses the K values of a row with the largest keys, of equal keys those of lower items. Keys are counted by class, 16 to an octave, as
 * in the first step of a radix sort: the class of the K-th largest key so far is a bound for all later keys, so most values cost one
 * comparison. In the end all above the class of the K-th are chosen, and only those in it are compared.
 *
 * @param most K ≥ 0. @param itemOf by rank.
 * @returns a function that chooses among the values of a row, whose columns are ranks, those with a rank below `below`, and returns them by
 * rising item. A key is a value times `factor`, by rank; a factor is 0 if the item must not be chosen.
 */
export function shortlist(
  most: number,
  itemOf: Uint32Array,
): (row: SparseVector, factor: Float64Array, below: number) => SparseVector {
  const items = itemOf.length;
  // The keys that may be among the K largest, and beside each its place in the row.
  const key = new Float64Array(items);
  const bits = new Uint32Array(key.buffer);
  const place = new Uint32Array(items);
  // Keys by class; all 0 between rows.
  const counts = new Uint32Array(CLASSES);
  // The keys in the class of the K-th, with their items.
  const edgeKey = new Float64Array(items);
  const edgePlace = new Uint32Array(items);
  const edgeItem = new Uint32Array(items);
  // By item: its place in the row plus 1, if it is chosen; all 0 between rows.
  const placeOf = new Uint32Array(items);
  const chosen = { count: 0, index: new Uint32Array(most), value: new Float64Array(most) };

  /** The class of the K-th largest of at least K keys, and how many of that class are wanted. */
  const classOfLast = (highest: number): { least: number; wanted: number } => {
    let least = highest;
    let wanted = most;
    while (wanted > counts[least]!) wanted -= counts[least--]!;
    return { least, wanted };
  };

  /** Moves the places of the K largest of more keys to the front. @returns K. */
  const select = (size: number, highest: number, index: Uint32Array): number => {
    const { least, wanted } = classOfLast(highest);
    let front = 0;
    let edge = 0;
    for (let k = 0; k < size; k++) {
      const own = bits[2 * k + UPPER]! >>> 16;
      if (own < least) continue;
      if (own > least) place[front++] = place[k]!;
      else {
        edgeKey[edge] = key[k]!;
        edgeItem[edge] = itemOf[index[place[k]!]!]!;
        edgePlace[edge++] = place[k]!;
      }
    }
    if (edge > wanted) selectBest(wanted, edge, edgeKey, edgeItem, edgePlace);
    for (let k = 0; k < wanted; k++) place[front++] = edgePlace[k]!;
    return front;
  };

  /** Orders the chosen values by item: many by going through all items, few by sorting. */
  const byItem = (size: number, { index: ranks, value: values }: SparseVector): SparseVector => {
    const { index, value } = chosen;
    chosen.count = size;
    for (let k = 0; k < size; k++) {
      index[k] = itemOf[ranks[place[k]!]!]!;
      placeOf[index[k]!] = place[k]! + 1;
    }
    if (size * MANY > items) {
      let filled = 0;
      for (let at = 0; at < items; at++) {
        const own = placeOf[at]!;
        if (own === 0) continue;
        placeOf[at] = 0;
        index[filled] = at;
        value[filled++] = values[own - 1]!;
      }
      return chosen;
    }
    index.subarray(0, size).sort();
    for (let k = 0; k < size; k++) {
      value[k] = values[placeOf[index[k]!]! - 1]!;
      placeOf[index[k]!] = 0;
    }
    return chosen;
  };

  return (row, factor, below) => {
    const { count, index, value } = row;
    let size = 0;
    let highest = 0;
    let bound = Number.MIN_VALUE;
    let full = Math.max(2 * most, 64);
    for (let at = 0; at < count; at++) {
      const r = index[at]!;
      const own = value[at]! * factor[r]!;
      if (!(own >= bound) || r >= below) continue;
      key[size] = own;
      place[size] = at;
      const ofKey = bits[2 * size++ + UPPER]! >>> 16;
      counts[ofKey]!++;
      if (ofKey > highest) highest = ofKey;
      if (size < full) continue;
      bound = Math.max(bound, leastOf(classOfLast(highest).least));
      full = size + most + 64;
    }
    const found = size > most ? select(size, highest, index) : size;
    for (let k = 0; k < size; k++) counts[bits[2 * k + UPPER]! >>> 16] = 0;
    return byItem(found, row);
  };
}

const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);

/** The least number of a class. */
function leastOf(ofKey: number): number {
  halves[UPPER] = ofKey << 16;
  return scratch[0]!;
}
