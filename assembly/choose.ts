// Chooses the strongest values of a row, in AssemblyScript: the same as `plainChoice` in src/kernels/choose.ts, which explains them. All
// parameters except `count`, `columns`, `most` and `below` are addresses.
//
// Keys are counted by class, 16 to an octave, as in the first step of a radix sort: the class of the K-th largest key so far is a bound for
// all later keys, most of which are below it. In the end only the keys in the class of the K-th are compared with each other. Loops over a
// row write before they decide whether to keep, because a branch that nobody can predict costs more than the work it saves.

import { columnAt, keyAt } from './best';

/** So many values are held against one bound. */
export const AT_ONCE: usize = 256;

/** The upper 16 bits of a double hold its sign, its exponent and in which sixteenth of its octave it lies. */
// @ts-ignore: AssemblyScript's own
@inline
function classOf(key: f64): usize {
  return <usize>(reinterpret<u64>(key) >> 48);
}

/** The least number of a class. */
// @ts-ignore: AssemblyScript's own
@inline
function leastOf(ofKey: usize): f64 {
  return reinterpret<f64>(<u64>ofKey << 48);
}

/** How many keys of the class that `classOfLast` found are among the K largest, then how many of those that equal the one `kthLargest` found. */
let wanted: u32 = 0;

/** The class of the K-th largest of at least K keys. @param counts keys by class. */
function classOfLast(counts: usize, highest: usize, most: u32): usize {
  let least = highest;
  let left = most;
  for (let here = load<u32>(counts + (least << 2)); left > here; here = load<u32>(counts + (least << 2))) {
    left -= here;
    least--;
  }
  wanted = left;
  return least;
}

// @ts-ignore: AssemblyScript's own
@inline
function swap(keys: usize, a: usize, b: usize): void {
  const key = keyAt(keys, a);
  store<f64>(keys + (a << 3), keyAt(keys, b));
  store<f64>(keys + (b << 3), key);
}

/** The `wanted`-th largest of some keys, which it moves about: Hoare's selection, in three parts because many keys are equal. */
function kthLargest(keys: usize, count: usize): f64 {
  let from: usize = 0;
  let to = count;
  while (true) {
    const pivot = keyAt(keys, (from + to) >> 1);
    let larger = from;
    let smaller = to;
    for (let k = from; k < smaller; ) {
      const key = keyAt(keys, k);
      if (key > pivot) swap(keys, k++, larger++);
      else if (key < pivot) swap(keys, k, --smaller);
      else k++;
    }
    const before = <u32>(larger - from);
    const equal = <u32>(smaller - larger);
    if (wanted <= before) to = larger;
    else if (wanted <= before + equal) {
      wanted -= before;
      return pivot;
    } else {
      wanted -= before + equal;
      from = smaller;
    }
  }
}

/** Marks the item of a row's place as chosen. */
// @ts-ignore: AssemblyScript's own
@inline
function mark(at: u32, item: u32, marks: usize, placeOf: usize): void {
  const word = marks + (<usize>(item >> 6) << 3);
  store<u64>(word, load<u64>(word) | (<u64>1 << <u64>(item & 63)));
  store<u32>(placeOf + (<usize>item << 2), at);
}

// What has been found of the current row so far: how many keys are at hand, how many of them are counted by class, the highest class, the bound
// for further keys, and how many keys raise it.
let size: usize = 0;
let counted: usize = 0;
let highest: usize = 0;
let bound: f64 = 0;
let full: usize = 0;

/** Begins a row. */
export function beginChoice(most: u32): void {
  size = counted = highest = 0;
  bound = f64.MIN_VALUE;
  full = 2 * <usize>most;
}

/** No key below it is among the K largest. */
// @ts-ignore: AssemblyScript's own
@inline
export function leastKey(): f64 {
  return bound;
}

/** Takes a key, if it may be among the K largest and its column is below `below`. @param at its place in the row. @returns how many were taken so far. */
// @ts-ignore: AssemblyScript's own
@inline
export function takeKey(own: f64, column: u32, below: u32, at: u32, key: usize, place: usize): usize {
  store<f64>(key + (size << 3), own);
  store<u32>(place + (size << 2), at);
  size += <usize>(<u32>(own >= bound) & <u32>(column < below));
  return size;
}

/** Counts the keys taken since the last call, and raises the bound if they are many. */
export function raiseBound(most: u32, key: usize, counts: usize): void {
  for (; counted < size; counted++) {
    const ofKey = classOf(keyAt(key, counted));
    const cell = counts + (ofKey << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    highest = max<usize>(highest, ofKey);
  }
  if (size < full) return;
  bound = max<f64>(bound, leastOf(classOfLast(counts, highest, most)));
  full = size + <usize>most;
}

/**
 * Chooses among the values of a row those with the `most` largest keys, and returns their number: `chosenIndex` by rising item and
 * `chosenValue`. `counts` (by class) and `marks` (a bit for each item) are 0 before and after.
 */
export function choose(
  count: u32, rowIndex: usize, rowValue: usize, columns: u32, factor: usize, itemOf: usize, most: u32, below: u32,
  key: usize, place: usize, counts: usize, edge: usize, marks: usize, placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  if (most == 0) return 0;
  beginChoice(most);
  for (let first: usize = 0; first < <usize>count; first += AT_ONCE) {
    const end = min<usize>(first + AT_ONCE, <usize>count);
    for (let at = first; at < end; at++) {
      const column = columnAt(rowIndex, at);
      takeKey(keyAt(rowValue, at) * keyAt(factor, <usize>column), column, below, <u32>at, key, place);
    }
    raiseBound(most, key, counts);
  }
  return chosen(rowIndex, rowValue, columns, factor, itemOf, most, key, place, counts, edge, marks, placeOf, chosenIndex, chosenValue);
}

/** Chooses among the keys that were taken. */
export function chosen(
  rowIndex: usize, rowValue: usize, columns: u32, factor: usize, itemOf: usize, most: u32,
  key: usize, place: usize, counts: usize, edge: usize, marks: usize, placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  const isCut = size > <usize>most;
  const least = isCut ? classOfLast(counts, highest, most) : 0;
  let atEdge: usize = 0;
  for (let k: usize = 0; k < size; k++) {
    const own = keyAt(key, k);
    const ofKey = classOf(own);
    store<u32>(counts + (ofKey << 2), 0);
    store<f64>(edge + (atEdge << 3), own);
    atEdge += <usize>(ofKey == least);
  }
  const last = isCut ? kthLargest(edge, atEdge) : f64.MIN_VALUE;
  for (let k: usize = 0; k < size; k++) {
    if (keyAt(key, k) < last) continue;
    const at = columnAt(place, k);
    mark(at, columnAt(itemOf, <usize>columnAt(rowIndex, <usize>at)), marks, placeOf);
  }

  // Of the keys that equal the last one, those of the lowest items are chosen.
  let equal = isCut ? wanted : <u32>size;
  let filled: usize = 0;
  for (let first: u32 = 0; first < columns; first += 64) {
    const word = marks + (<usize>(first >> 6) << 3);
    let bits = load<u64>(word);
    if (bits == 0) continue;
    store<u64>(word, 0);
    for (; bits != 0; bits &= bits - 1) {
      const item = first + <u32>ctz(bits);
      const at = <usize>columnAt(placeOf, <usize>item);
      const value = keyAt(rowValue, at);
      if (value * keyAt(factor, <usize>columnAt(rowIndex, at)) == last) {
        if (equal == 0) continue;
        equal--;
      }
      store<u32>(chosenIndex + (filled << 2), item);
      store<f64>(chosenValue + (filled << 3), value);
      filled++;
    }
  }
  return <u32>filled;
}
