import { checkSum } from '../files/check-sum.js';

/** The arrays of numbers that NumPy has; bytes become a single NumPy string. */
export type NpyArray = Int32Array | BigInt64Array | Float32Array | Uint8Array;

const VERSION = 45;
/** 1 January 1980, always: so the same arrays give the same bytes. */
const DATE = 0x21;
/** In place of a 32-bit size or offset: the field of 64 bits has it. */
const IN_EXTRA = 0xffffffff;

/**
 * A file of NumPy arrays (.npz): a ZIP archive of .npy files, not compressed, with 64-bit sizes as NumPy writes them.
 * @param arrays by name; each may be in several pieces.
 */
export function npz(arrays: Readonly<Record<string, readonly NpyArray[]>>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    offset += part.length;
  };
  for (const [name, pieces] of Object.entries(arrays)) {
    const file = Buffer.from(`${name}.npy`);
    const bytes = [npyHeader(pieces), ...pieces.map(bytesOf)];
    const size = bytes.reduce((total, { length }) => total + length, 0);
    const sum = bytes.reduce((before, piece) => checkSum(piece, before), 0);
    const at = offset;
    add(Buffer.concat([entry(0x04034b50, file, sum, [size, size]), file, extra([size, size])]));
    bytes.forEach(add);
    directory.push(entry(0x02014b50, file, sum, [size, size, at]), file, extra([size, size, at]));
  }
  const [begin, size, count] = [
    offset,
    directory.reduce((total, { length }) => total + length, 0),
    directory.length / 3,
  ];
  directory.forEach(add);
  add(ending(begin, size, count));
  return parts;
}

/** The fixed fields of a header, before the file's name: a local header has two sizes, one in the directory also the offset. */
function entry(signature: number, name: Uint8Array, sum: number, sizes: readonly number[]): Buffer {
  const isLocal = sizes.length === 2;
  const head = Buffer.alloc(isLocal ? 30 : 46);
  head.writeUInt32LE(signature);
  if (!isLocal) head.writeUInt16LE(VERSION, 4);
  const at = isLocal ? 4 : 6;
  head.writeUInt16LE(VERSION, at);
  head.writeUInt16LE(DATE, at + 8);
  head.writeUInt32LE(sum, at + 10);
  head.writeUInt32LE(IN_EXTRA, at + 14);
  head.writeUInt32LE(IN_EXTRA, at + 18);
  head.writeUInt16LE(name.length, at + 22);
  head.writeUInt16LE(4 + 8 * sizes.length, at + 24);
  if (!isLocal) head.writeUInt32LE(IN_EXTRA, 42);
  return head;
}

/** The extra field with 64-bit sizes (ZIP64). */
function extra(sizes: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * sizes.length);
  field.writeUInt16LE(1);
  field.writeUInt16LE(8 * sizes.length, 2);
  sizes.forEach((size, k) => void field.writeBigUInt64LE(BigInt(size), 4 + 8 * k));
  return field;
}

/** The ZIP64 end of the directory, its locator, and the classic end that refers to them. */
function ending(begin: number, size: number, count: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(VERSION, 12);
  end.writeUInt16LE(VERSION, 14);
  [count, count, size, begin].forEach((value, k) => void end.writeBigUInt64LE(BigInt(value), 24 + 8 * k));
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(begin + size), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(count, 84);
  end.writeUInt16LE(count, 86);
  end.writeUInt32LE(IN_EXTRA, 88);
  end.writeUInt32LE(IN_EXTRA, 92);
  return end;
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

function bytesOf({ buffer, byteOffset, byteLength }: NpyArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
