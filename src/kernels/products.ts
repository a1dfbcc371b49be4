/** Rows of four-byte numbers, and a vector of doubles that is put together of them and multiplied by them. */
export interface Products {
  /** One behind the other. */
  readonly rows: Float32Array;
  /** As long as a row; whoever begins sets it. */
  readonly vector: Float64Array;
  /** Adds   weight · row   to the vector. */
  add(row: number, weight: number): void;
  /** ⟨row, vector⟩ of each of some rows. @param out has room for them. */
  multiply(rows: Uint32Array, out: Float64Array): void;
}

/** @param length of a row: a multiple of four. */
export type ProductsOf = (rows: Float32Array, length: number) => Products;

/** In JavaScript; kernel.ts says when it is used. */
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

/** ⟨row, vector⟩, a row being as long as the vector: a multiple of four. Four sums at a time, none of which waits for another. */
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
