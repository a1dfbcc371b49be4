import { type ProductsOf, plainProducts } from './products.js';
import { ProgramLayout } from './program.js';

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
    const layout = new ProgramLayout();
    const at = {
      vector: layout.room(8 * length),
      wanted: layout.room(4 * AT_ONCE),
      out: layout.room(8 * AT_ONCE),
      rows: layout.room(4 * given.length),
    };
    if (!layout.fits) return plainProducts(given, length);
    const { program, buffer } = layout.start<Program>(module);
    const rows = new Float32Array(buffer, at.rows, given.length);
    rows.set(given);
    const wanted = new Uint32Array(buffer, at.wanted, AT_ONCE);
    const found = new Float64Array(buffer, at.out, AT_ONCE);
    return {
      rows,
      vector: new Float64Array(buffer, at.vector, length),

      add: (row, weight) => program.addRow(at.rows + 4 * length * row, weight, at.vector, length),

      multiply(all, out) {
        for (let from = 0; from < all.length; from += AT_ONCE) {
          const some = all.subarray(from, from + AT_ONCE);
          wanted.set(some);
          program.multiply(at.wanted, some.length, at.rows, at.vector, length, at.out);
          out.set(found.subarray(0, some.length), from);
        }
      },
    };
  };
}
