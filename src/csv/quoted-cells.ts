import { type Arrays, arrayOf, boundsFrom } from '../files/array-file.js';

/** The cells of one output column, already quoted as CSV: cell i is `bytes[start[i] .. start[i+1])`. */
export interface QuotedCells {
  bytes: Uint8Array;
  start: Float64Array;
}

/** Packs texts one after the other. @param toCell converts each of them first. */
export function packedTexts(values: readonly string[], toCell = (value: string) => value): QuotedCells {
  const start = new Float64Array(values.length + 1);
  let bytes = Buffer.allocUnsafe(1 << 16);
  let end = 0;
  values.forEach((value, i) => {
    const cell = toCell(value);
    const most = end + cell.length * 3;
    if (most > bytes.length) bytes = Buffer.concat([bytes.subarray(0, end)], most * 2);
    end += bytes.write(cell, end);
    start[i + 1] = end;
  });
  return { bytes: bytes.subarray(0, end), start };
}

export function quotedArrays(name: string, cells: QuotedCells): Arrays {
  return { [`${name}.bytes`]: cells.bytes, [`${name}.start`]: cells.start };
}

/** The cells of that name, if there are any. */
export function quotedIn(arrays: Arrays, name: string): QuotedCells | undefined {
  return `${name}.bytes` in arrays ? quotedFrom(arrays, name) : undefined;
}

/** @throws RangeError if there are no cells of that name, or a cell is outside the bytes. */
export function quotedFrom(arrays: Arrays, name: string): QuotedCells {
  const bytes = arrayOf(arrays, `${name}.bytes`, Uint8Array);
  const start = boundsFrom(arrays, `${name}.start`, bytes.length);
  return { bytes, start };
}

/** The inverse of `packedTexts`. */
export function unpackedTexts({ bytes, start }: QuotedCells): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: start.length - 1 }, (_, at) => all.toString('utf8', start[at], start[at + 1]));
}
