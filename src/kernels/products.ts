/** Rows of 32-bit floats, and a vector of doubles: a weighted sum of some rows, which is then multiplied by other rows. */
export interface Products {
  /** The rows, one after another. */
  readonly rows: Float32Array;
  /** As long as a row. The caller resets it before the first `add`. */
  readonly vector: Float64Array;
  /** Adds   weight · row   to the vector. */
  add(row: number, weight: number): void;
  /** Computes ⟨row, vector⟩ for each of `rows`. @param out takes the products. */
  multiply(rows: Uint32Array, out: Float64Array): void;
}

/** @param length the length of a row, a multiple of four. */
export type ProductsOf = (rows: Float32Array, length: number) => Products;

/** Products in plain JavaScript; kernel.ts says when they are used. */
export function plainProducts(rows: Float32Array, length: number): Products {
  const vector = new Float64Array(length);
  return {
    rows,
    vector,

    add(row, weight) {
      for (let k = 0, at = row * length; k < length; k++, at++) vector[k]! += weight * rows[at]!;
    },

    multiply(wanted, out) {
      for (let k = 0; k < wanted.length; k++) out[k] = rowProduct(rows, wanted[k]!, vector);
    },
  };
}

/** ⟨row, vector⟩. The length of both is a multiple of four. Four independent sums, so that no addition waits for the one before. */
export function rowProduct(rows: Float32Array, row: number, vector: Float64Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0, at = row * vector.length; i < vector.length; i += 4, at += 4) {
    a += rows[at]! * vector[i]!;
    b += rows[at + 1]! * vector[i + 1]!;
    c += rows[at + 2]! * vector[i + 2]!;
    d += rows[at + 3]! * vector[i + 3]!;
  }
  return a + b + (c + d);
}
