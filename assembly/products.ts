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

/** The return value only keeps the optimiser from dropping the prefetch loads. */
export function multiply(wanted: usize, count: u32, rows: usize, vector: usize, length: u32, out: usize): u32 {
  const size = <usize>length;
  let read: u32 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    if (i + 1 < <usize>count) {
      const next = rows + <usize>load<u32>(wanted + (i << 2), 4) * (size << 2);
      read |= fetched(next, next + (size << 2));
    }
    const row = rows + <usize>load<u32>(wanted + (i << 2)) * (size << 2);
    let ab = f64x2.splat(0);
    let cd = ab;
    for (let k: usize = 0; k < size; k += 4) {
      const at = row + (k << 2);
      const by = vector + (k << 3);
      ab = f64x2.add(ab, f64x2.mul(wide(at), v128.load(by)));
      cd = f64x2.add(cd, f64x2.mul(wide(at + 8), v128.load(by, 16)));
    }
    const half = f64x2.extract_lane(cd, 0) + f64x2.extract_lane(cd, 1);
    store<f64>(out + (i << 3), f64x2.extract_lane(ab, 0) + f64x2.extract_lane(ab, 1) + half);
  }
  return read;
}
