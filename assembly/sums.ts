// Adds up rows, in AssemblyScript: the same sums in the same order as `plainSums` in src/kernels/sums.ts, which explains
// them. All parameters except `count` and `columns` are addresses. Loops are unrolled by four: a segment has each column
// at most once, so the four sums never share a cell.

import { fetched } from './prefetch';
import { moved, place } from './rows';

// @ts-ignore: AssemblyScript's own
@inline
function addTo(cell: usize, weight: f64, value: usize): void {
  store<f64>(cell, load<f64>(cell) + weight * <f64>load<f32>(value));
}

function addAll<T>(from: usize, to: usize, weight: usize, count: u32, index: usize, value: usize, sum: usize): u32 {
  let read: u32 = 0;
  for (let h: usize = 0; h < count; h++) {
    if (h + 1 < <usize>count) {
      const next = <usize>load<u32>(from + (h << 2), 4);
      const end = <usize>load<u32>(to + (h << 2), 4);
      read |= fetched(index + next * sizeof<T>(), index + end * sizeof<T>());
      read |= fetched(value + (next << 2), value + (end << 2));
    }
    const first = <usize>load<u32>(from + (h << 2));
    const own = load<f64>(weight + (h << 3));
    let at = index + first * sizeof<T>();
    const end = index + <usize>load<u32>(to + (h << 2)) * sizeof<T>();
    let x = value + (first << 2);
    for (; at + 4 * sizeof<T>() <= end; at += 4 * sizeof<T>(), x += 16) {
      addTo(sum + (place<T>(at, 0) << 3), own, x);
      addTo(sum + (place<T>(at, 1) << 3), own, x + 4);
      addTo(sum + (place<T>(at, 2) << 3), own, x + 8);
      addTo(sum + (place<T>(at, 3) << 3), own, x + 12);
    }
    for (; at < end; at += sizeof<T>(), x += 4) addTo(sum + (place<T>(at, 0) << 3), own, x);
  }
  return read;
}

function collectTouched<T>(from: usize, to: usize, count: u32, index: usize, sum: usize, rowIndex: usize, rowValue: usize): u32 {
  let filled: usize = 0;
  for (let h: usize = 0; h < count; h++) {
    let at = index + <usize>load<u32>(from + (h << 2)) * sizeof<T>();
    const end = index + <usize>load<u32>(to + (h << 2)) * sizeof<T>();
    for (; at < end; at += sizeof<T>()) filled = moved<f64>(place<T>(at, 0), sum, rowIndex, rowValue, filled);
  }
  return <u32>filled;
}

// @ts-ignore: AssemblyScript's own
@inline
function pickOne<T>(e: usize, index: usize, wanted: usize, at: usize): usize {
  store<u32>(at, <u32>e);
  return <usize>load<u8>(wanted + place<T>(index, e));
}

/**
 * Copies the entries of a segment that are in wanted columns to the row, and returns their number. It collects the positions first and
 * then loads the values, because few entries are wanted.
 */
function pickFrom<T>(from: usize, to: usize, index: usize, value: usize, wanted: usize, rowIndex: usize, rowValue: usize): u32 {
  let filled: usize = 0;
  let e = from;
  for (; e + 4 <= to; e += 4) {
    filled += pickOne<T>(e, index, wanted, rowIndex + (filled << 2));
    filled += pickOne<T>(e + 1, index, wanted, rowIndex + (filled << 2));
    filled += pickOne<T>(e + 2, index, wanted, rowIndex + (filled << 2));
    filled += pickOne<T>(e + 3, index, wanted, rowIndex + (filled << 2));
  }
  for (; e < to; e++) filled += pickOne<T>(e, index, wanted, rowIndex + (filled << 2));
  for (let k: usize = 0; k < filled; k++) {
    const e = <usize>load<u32>(rowIndex + (k << 2));
    store<u32>(rowIndex + (k << 2), <u32>place<T>(index, e));
    store<f64>(rowValue + (k << 3), <f64>load<f32>(value + (e << 2)));
  }
  return <u32>filled;
}

export function add16(from: usize, to: usize, weight: usize, count: u32, index: usize, value: usize, sum: usize): u32 {
  return addAll<u16>(from, to, weight, count, index, value, sum);
}
export function add32(from: usize, to: usize, weight: usize, count: u32, index: usize, value: usize, sum: usize): u32 {
  return addAll<u32>(from, to, weight, count, index, value, sum);
}
export function pick16(from: usize, to: usize, index: usize, value: usize, wanted: usize, rowIndex: usize, rowValue: usize): u32 {
  return pickFrom<u16>(from, to, index, value, wanted, rowIndex, rowValue);
}
export function pick32(from: usize, to: usize, index: usize, value: usize, wanted: usize, rowIndex: usize, rowValue: usize): u32 {
  return pickFrom<u32>(from, to, index, value, wanted, rowIndex, rowValue);
}
/** Moves the non-zero sums to the row, and returns their number. */
export function collect(columns: u32, sum: usize, rowIndex: usize, rowValue: usize): u32 {
  let filled: usize = 0;
  for (let r: usize = 0; r < <usize>columns; r++) filled = moved<f64>(r, sum, rowIndex, rowValue, filled);
  return <u32>filled;
}
/** Like `collect`, but visits only the columns of the segments. */
export function touched16(from: usize, to: usize, count: u32, index: usize, sum: usize, rowIndex: usize, rowValue: usize): u32 {
  return collectTouched<u16>(from, to, count, index, sum, rowIndex, rowValue);
}
export function touched32(from: usize, to: usize, count: u32, index: usize, sum: usize, rowIndex: usize, rowValue: usize): u32 {
  return collectTouched<u32>(from, to, count, index, sum, rowIndex, rowValue);
}
