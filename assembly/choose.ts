// Chooses the strongest values of a row, in AssemblyScript: the same as `plainChoice` in src/kernels/choose.ts, which explains them. All
// parameters except `count`, `columns`, `most` and `below` are addresses.
//
// Keys are counted by class, 16 to an octave, as in the first step of a radix sort: the class of the K-th largest key so far is a bound for
// all later keys, so most values cost one comparison. In the end all above the class of the K-th are chosen, and only those in it are compared.

import { columnAt, isWorse, keyAt, push, replaceRoot } from './best';

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

/** How many keys of the class that `classOfLast` found are among the K largest. */
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

/** Marks the item of a row's place as chosen. */
// @ts-ignore: AssemblyScript's own
@inline
function mark(at: u32, item: u32, marks: usize, placeOf: usize): void {
  const word = marks + (<usize>(item >> 6) << 3);
  store<u64>(word, load<u64>(word) | (<u64>1 << <u64>(item & 63)));
  store<u32>(placeOf + (<usize>item << 2), at);
}

/**
 * Chooses among the values of a row those with the `most` largest keys, and returns their number: `chosenIndex` by rising item and
 * `chosenValue`. `counts` (by class) and `marks` (a bit for each item) are 0 before and after.
 */
export function choose(
  count: u32, rowIndex: usize, rowValue: usize, columns: u32, factor: usize, itemOf: usize, most: u32, below: u32,
  key: usize, place: usize, counts: usize, marks: usize, placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  if (most == 0) return 0;
  let size: usize = 0;
  let highest: usize = 0;
  let bound: f64 = f64.MIN_VALUE;
  let full = <usize>max<u32>(2 * most, 64);
  for (let at: usize = 0; at < <usize>count; at++) {
    const column = columnAt(rowIndex, at);
    const own = keyAt(rowValue, at) * keyAt(factor, <usize>column);
    if (!(own >= bound) || column >= below) continue;
    store<f64>(key + (size << 3), own);
    store<u32>(place + (size << 2), <u32>at);
    size++;
    const ofKey = classOf(own);
    const cell = counts + (ofKey << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    highest = max<usize>(highest, ofKey);
    if (size < full) continue;
    bound = max<f64>(bound, leastOf(classOfLast(counts, highest, most)));
    full = size + most + 64;
  }
  const isCut = size > <usize>most;
  const least = isCut ? classOfLast(counts, highest, most) : 0;
  // The best of the edge, the class of the K-th, lie in a heap; its root is the last that is chosen.
  const atEdge = isCut ? <usize>wanted : 0;
  let edge: usize = 0;
  for (let k: usize = 0; k < size; k++) {
    const own = keyAt(key, k);
    const ofKey = classOf(own);
    store<u32>(counts + (ofKey << 2), 0);
    if (ofKey < least) continue;
    const at = columnAt(place, k);
    const item = columnAt(itemOf, <usize>columnAt(rowIndex, <usize>at));
    if (!isCut || ofKey > least) mark(at, item, marks, placeOf);
    else if (edge < atEdge) push(chosenIndex, chosenValue, edge++, item, own);
    else if (!isWorse(own, item, keyAt(chosenValue, 0), columnAt(chosenIndex, 0))) replaceRoot(chosenIndex, chosenValue, edge, item, own);
  }
  if (isCut) {
    const lastKey = keyAt(chosenValue, 0);
    const lastItem = columnAt(chosenIndex, 0);
    for (let k: usize = 0; k < size; k++) {
      const own = keyAt(key, k);
      if (classOf(own) != least) continue;
      const at = columnAt(place, k);
      const item = columnAt(itemOf, <usize>columnAt(rowIndex, <usize>at));
      if (!isWorse(own, item, lastKey, lastItem)) mark(at, item, marks, placeOf);
    }
  }
  let filled: usize = 0;
  for (let first: u32 = 0; first < columns; first += 64) {
    const word = marks + (<usize>(first >> 6) << 3);
    let bits = load<u64>(word);
    if (bits == 0) continue;
    store<u64>(word, 0);
    for (; bits != 0; bits &= bits - 1) {
      const item = first + <u32>ctz(bits);
      store<u32>(chosenIndex + (filled << 2), item);
      store<f64>(chosenValue + (filled << 3), keyAt(rowValue, <usize>columnAt(placeOf, <usize>item)));
      filled++;
    }
  }
  return <u32>filled;
}
