import { checkSum } from '../files/check-sum.js';

/** The arrays of numbers that NumPy has; bytes become a single NumPy string. */
export type NpyArray = Int32Array | BigInt64Array | Float32Array | Uint8Array;

const VERSION = 45;
/** 1 January 1980, always: so the same arrays give the same bytes. */
const DATE = 0x21;
/** In place of a 32-bit size or offset: the field of 64 bits has it. */
const IN_EXTRA = 0xffffffff;

/** The widths of the fields of each record of a ZIP archive, in bytes. An entry of the directory is about a file, as its local header is. */
const LOCAL_HEADER = [4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2];
const DIRECTORY_ENTRY = [4, 2, ...LOCAL_HEADER.slice(1), 2, 2, 2, 4, 4];
const ZIP64_END = [4, 8, 2, 2, 4, 4, 8, 8, 8, 8];
const ZIP64_LOCATOR = [4, 4, 8, 4];
const END = [4, 2, 2, 2, 2, 4, 4, 2];

/**
 * A file of NumPy arrays (.npz): a ZIP archive of .npy files, not compressed, with 64-bit sizes as NumPy writes them.
 * @param arrays by name; each may be in several pieces.
 */
export function npz(arrays: Readonly<Record<string, readonly NpyArray[]>>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    offset += part.length;
  };
  for (const [name, pieces] of Object.entries(arrays)) {
    const file = Buffer.from(`${name}.npy`);
    const bytes = [
      npyHeader(pieces),
      ...pieces.map((piece) => new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)),
    ];
    const size = bytes.reduce((total, { length }) => total + length, 0);
    const sum = bytes.reduce((before, piece) => checkSum(piece, before), 0);
    const about = (extra: Uint8Array) => [VERSION, 0, 0, 0, DATE, sum, IN_EXTRA, IN_EXTRA, file.length, extra.length];
    const sizes = extraField(size, size);
    const sizesAndOffset = extraField(size, size, offset);
    const entry = record(DIRECTORY_ENTRY, [0x02014b50, VERSION, ...about(sizesAndOffset), 0, 0, 0, 0, IN_EXTRA]);
    directory.push(Buffer.concat([entry, file, sizesAndOffset]));
    add(Buffer.concat([record(LOCAL_HEADER, [0x04034b50, ...about(sizes)]), file, sizes]));
    bytes.forEach(add);
  }
  const [begin, count] = [offset, directory.length];
  directory.forEach(add);
  const [end, size] = [offset, offset - begin];
  add(record(ZIP64_END, [0x06064b50, 44, VERSION, VERSION, 0, 0, count, count, size, begin]));
  add(record(ZIP64_LOCATOR, [0x07064b50, 0, end, 1]));
  add(record(END, [0x06054b50, 0, 0, count, count, IN_EXTRA, IN_EXTRA, 0]));
  return parts;
}

/** Whole numbers, little-endian. @param widths of each in bytes; those of 8 bytes hold numbers below 2^48. */
function record(widths: readonly number[], values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(widths.reduce((total, width) => total + width, 0));
  let at = 0;
  for (const [k, width] of widths.entries()) {
    bytes.writeUIntLE(values[k] ?? 0, at, Math.min(width, 6));
    at += width;
  }
  return bytes;
}

/** The extra field with 64-bit sizes (ZIP64). */
function extraField(...sizes: readonly number[]): Buffer {
  return record([2, 2, ...sizes.map(() => 8)], [1, 8 * sizes.length, ...sizes]);
}

/** The header of a .npy file with an array of one dimension, or a string, which has none. */
function npyHeader(pieces: readonly NpyArray[]): Buffer {
  const length = pieces.reduce((total, piece) => total + piece.length, 0);
  const [first] = pieces;
  const isText = first instanceof Uint8Array;
  const type = isText
    ? `|S${length}`
    : first instanceof Float32Array
      ? '<f4'
      : first instanceof Int32Array
        ? '<i4'
        : '<i8';
  const about = `{'descr': '${type}', 'fortran_order': False, 'shape': ${isText ? '()' : `(${length},)`}, }`;
  // Numbers begin at a multiple of 64.
  const text = `${about.padEnd(64 * Math.ceil((about.length + 11) / 64) - 11)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text}`, 'latin1');
  head.writeUInt16LE(text.length, 8);
  return head;
}
