import { type Arrays, arrayOf, boundsFrom } from '../files/array-file.js';

/** The cells of one output column, quoted as CSV once: cell i is `bytes[start[i] .. start[i+1])`. */
export interface QuotedCells {
  bytes: Uint8Array;
  start: Float64Array;
}

export function quotedArrays(name: string, cells: QuotedCells): Arrays {
  return { [`${name}.bytes`]: cells.bytes, [`${name}.start`]: cells.start };
}

/** @throws RangeError where there are none of that name, or a cell is not inside the bytes. */
export function quotedFrom(arrays: Arrays, name: string): QuotedCells {
  const bytes = arrayOf(arrays, `${name}.bytes`, Uint8Array);
  const start = boundsFrom(arrays, `${name}.start`, bytes.length);
  return { bytes, start };
}
