import { programArrays } from './program.js';

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

/** The exports of assembly/products.ts, which names the parameters. */
type Program = Record<'addRow' | 'multiply', (...parameters: number[]) => void>;

/** Rows multiplied in one call. */
const AT_ONCE = 1024;

/**
 * Products in WebAssembly, two doubles at a time, with the same bits as `plainProducts`, which is used if the rows are too large for the
 * memory of a program. The program has a copy of the rows in large pages. The wanted rows are scattered over it, so it prefetches the next
 * row while it multiplies one.
 */
export function compiledProducts(module: WebAssembly.Module): ProductsOf {
  return (given, length) => {
    const placed = programArrays({
      vector: [Float64Array, length],
      wanted: [Uint32Array, AT_ONCE],
      out: [Float64Array, AT_ONCE],
      rows: [Float32Array, given.length],
    });
    if (!placed) return plainProducts(given, length);
    const { at, arrays } = placed;
    const { rows, vector, wanted } = arrays;
    const program = placed.start<Program>(module);
    rows.set(given);
    return {
      rows,
      vector,

      add: (row, weight) => program.addRow(at.rows + 4 * length * row, weight, at.vector, length),

      multiply(all, out) {
        for (let from = 0; from < all.length; from += AT_ONCE) {
          const some = all.subarray(from, from + AT_ONCE);
          wanted.set(some);
          program.multiply(at.wanted, some.length, at.rows, at.vector, length, at.out);
          out.set(arrays.out.subarray(0, some.length), from);
        }
      },
    };
  };
}
