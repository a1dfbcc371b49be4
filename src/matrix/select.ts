/*
 * Selects and sorts items by their keys, best first: the larger key is better; among equal keys, the lower item. Each swap moves the
 * cells of `beside` too, if it is given.
 */

/** Below this size, insertion sort is faster than partitioning. */
const FEW = 16;

/** Moves the best `most` of the first `size` items to the front, in any order: quickselect (Hoare's "Find", CACM 1961). */
export function selectBest(
  most: number,
  size: number,
  key: Float64Array,
  item: Uint32Array,
  beside?: Uint32Array,
): void {
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const middle = partition(low, high, key, item, beside);
    if (most === middle) return;
    if (most < middle) high = middle - 1;
    else low = middle;
  }
}

/** Sorts the positions `low` to `high` (both included), best first. */
export function sortBest(low: number, high: number, key: Float64Array, item: Uint32Array): void {
  while (high - low >= FEW) {
    const middle = partition(low, high, key, item);
    // It recurses only into the shorter side, which keeps the stack shallow.
    if (middle - low < high - middle) {
      sortBest(low, middle - 1, key, item);
      low = middle;
    } else {
      sortBest(middle, high, key, item);
      high = middle - 1;
    }
  }
  for (let at = low + 1; at <= high; at++) {
    const ownKey = key[at]!;
    const ownItem = item[at]!;
    let place = at;
    for (; place > low; place--) {
      const before = key[place - 1]!;
      if (before > ownKey || (before === ownKey && item[place - 1]! < ownItem)) break;
      key[place] = before;
      item[place] = item[place - 1]!;
    }
    key[place] = ownKey;
    item[place] = ownItem;
  }
}

/** Partitions `low` to `high`, at least two items. @returns a position after `low`: no item before it is worse than one from it on. */
function partition(low: number, high: number, key: Float64Array, item: Uint32Array, beside?: Uint32Array): number {
  // The pivot is chosen by a hash, because keys that rise and then fall would make the middle a bad pivot every time. It is never the
  // last item, which could leave the right side empty.
  const hash = (Math.imul(low + 1, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 0;
  const pivot = low + (hash % (high - low));
  const pivotKey = key[pivot]!;
  const pivotItem = item[pivot]!;
  let i = low;
  let j = high;
  while (i <= j) {
    while (key[i]! > pivotKey || (key[i] === pivotKey && item[i]! < pivotItem)) i++;
    while (key[j]! < pivotKey || (key[j] === pivotKey && item[j]! > pivotItem)) j--;
    if (i > j) break;
    swap(i, j, key);
    swap(i, j, item);
    if (beside) swap(i, j, beside);
    i++;
    j--;
  }
  return i;
}

function swap(a: number, b: number, values: Float64Array | Uint32Array): void {
  const value = values[a]!;
  values[a] = values[b]!;
  values[b] = value;
}
