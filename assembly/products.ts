// Products of rows of 32-bit floats with a vector of doubles, in AssemblyScript: the same sums in the same order as `plainProducts` in
// src/kernels/products.ts. `length` is the length of a row, a multiple of four. All parameters except `length`, `count` and `weight` are
// addresses.

import { fetched } from './prefetch';

// @ts-ignore: AssemblyScript's own
@inline
function wide(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

export function addRow(row: usize, weight: f64, vector: usize, length: u32): void {
  const w = f64x2.splat(weight);
  for (let k: usize = 0; k < <usize>length; k += 2) {
    const cell = vector + (k << 3);
    v128.store(cell, f64x2.add(v128.load(cell), f64x2.mul(w, wide(row + (k << 2)))));
  }
}

/** The sum of two pairs of sums, as `rowProduct` adds them. */
// @ts-ignore: AssemblyScript's own
@inline
function total(ab: v128, cd: v128): f64 {
  const half = f64x2.extract_lane(cd, 0) + f64x2.extract_lane(cd, 1);
  return f64x2.extract_lane(ab, 0) + f64x2.extract_lane(ab, 1) + half;
}

/** Multiplies two rows at a time, because the additions of one row wait for each other. The return value only keeps the optimiser from dropping the prefetch loads. */
export function multiply(wanted: usize, count: u32, rows: usize, vector: usize, length: u32, out: usize): u32 {
  const size = <usize>length << 2;
  const last = <usize>count - 1;
  let read: u32 = 0;
  for (let i: usize = 0; i <= last; i += 2) {
    if (i + 2 <= last) {
      const next = rows + <usize>load<u32>(wanted + (i << 2), 8) * size;
      read |= fetched(next, next + size);
      const nextButOne = rows + <usize>load<u32>(wanted + (min<usize>(i + 3, last) << 2)) * size;
      read |= fetched(nextButOne, nextButOne + size);
    }
    const first = rows + <usize>load<u32>(wanted + (i << 2)) * size;
    const second = rows + <usize>load<u32>(wanted + (min<usize>(i + 1, last) << 2)) * size;
    let ab = f64x2.splat(0);
    let cd = ab;
    let ab2 = ab;
    let cd2 = ab;
    for (let k: usize = 0; k < size; k += 16) {
      const x = v128.load(vector + (k << 1));
      const y = v128.load(vector + (k << 1), 16);
      ab = f64x2.add(ab, f64x2.mul(wide(first + k), x));
      ab2 = f64x2.add(ab2, f64x2.mul(wide(second + k), x));
      cd = f64x2.add(cd, f64x2.mul(wide(first + k + 8), y));
      cd2 = f64x2.add(cd2, f64x2.mul(wide(second + k + 8), y));
    }
    store<f64>(out + (i << 3), total(ab, cd));
    if (i < last) store<f64>(out + (i << 3), total(ab2, cd2), 8);
  }
  return read;
}
