/*
 * Items by their keys, best first: the larger key, of equal keys the lower item. `beside`, where given, moves along with
 * them.
 */

/** Insertion sort is faster than partitioning for fewer than this. */
const FEW = 16;

/** Brings the `most` best of the first `size` to the front, in any order: quickselect (Hoare's "Find", CACM 1961). */
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

/** Sorts `low` to `high`, best first. */
export function sortBest(low: number, high: number, key: Float64Array, item: Uint32Array): void {
  while (high - low >= FEW) {
    const middle = partition(low, high, key, item);
    // Recursion into the shorter side alone keeps the stack short.
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

/** Partitions `low` to `high`, two at least. @returns a place behind `low`: none before it is worse than any from it on. */
function partition(low: number, high: number, key: Float64Array, item: Uint32Array, beside?: Uint32Array): number {
  // A hash instead of the middle: keys that rise and then fall would make every middle a bad pivot. Never the last one, which
  // would leave the right side empty.
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
