import { type ProductsOf, plainProducts } from './products.js';
import { ProgramLayout } from './program.js';

/** What assembly/products.ts exports; it has the parameters' names. */
type Program = Record<'addRow' | 'multiply', (...parameters: number[]) => void>;

/** So many rows are multiplied in one call. */
const AT_ONCE = 1024;

/**
 * Products in a compiled program, or in plain arrays where the rows are more than it can address: those of `plainProducts` to the same bits, in
 * WebAssembly, two at a time, from a copy of the rows in large pages. They lie here and there in it, so the next is fetched while one is multiplied.
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
