import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { mappedFile } from '../memory.js';

/** Named typed arrays, as parent and children pass them on through a file. */
export type Arrays = Record<string, TypedArray>;
export type TypedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/**
 * An array file:
 *
 *     "RECARR01" │ length of the header (uint32) │ header (JSON) │ arrays, each at a multiple of 8 bytes
 *
 * The header lists name, type, offset and length of every array. Numbers are in the byte order of the machine: such
 * files live as long as a run.
 */
const MAGIC = Buffer.from('RECARR01');
const PREFIX_BYTES = MAGIC.length + 4;
/** One read or write call moves at most 2 GiB. */
const MOST_BYTES_A_CALL = 1 << 30;

/** Smaller files are read: what it takes to map the first one (15 ms) reads as many bytes. */
const WORTH_MAPPING = 4 << 20;

const TYPES = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type TypeName = keyof typeof TYPES;

interface Entry {
  name: string;
  type: TypeName;
  offset: number;
  length: number;
}

/** Writes arrays to a new file; one that has several names is written once. */
export function writeArrays(path: string, arrays: Arrays): void {
  const placed: Placed[] = [];
  let end = 0;
  const entries = Object.entries(arrays).map(([name, array]): Entry => {
    let place = placed.find((other) => isSame(other.array, array));
    if (!place) {
      place = { array, offset: end };
      placed.push(place);
      end = aligned(end + array.byteLength);
    }
    return { name, type: typeName(array), offset: place.offset, length: array.length };
  });
  const header = Buffer.from(JSON.stringify(entries));
  const begin = aligned(PREFIX_BYTES + header.length);
  const head = Buffer.alloc(begin, ' ');
  MAGIC.copy(head);
  head.writeUInt32LE(begin - PREFIX_BYTES, MAGIC.length);
  header.copy(head, PREFIX_BYTES);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeAt(file, head, 0);
    for (const { array, offset } of placed) {
      writeAt(file, new Uint8Array(array.buffer, array.byteOffset, array.byteLength), begin + offset);
    }
    // Empty arrays at the end begin behind the padding of the one before them: the file reaches that far.
    ftruncateSync(file, begin + end);
  } finally {
    closeSync(file);
  }
}

interface Placed {
  array: TypedArray;
  offset: number;
}

function isSame(a: TypedArray, b: TypedArray): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
}

/**
 * Reads an array file whole; a large one is mapped where that can be had, and must not be cut while its arrays are used.
 * @throws RangeError where it is none, or is cut; sizes are checked before anything is made to measure.
 */
export function readArrays(path: string): Arrays {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const prefix = readAt(file, 0, Math.min(size, PREFIX_BYTES));
    if (size < PREFIX_BYTES || !MAGIC.equals(prefix.subarray(0, MAGIC.length))) throw broken(path, 'is no array file');
    const headerBytes = Buffer.from(prefix).readUInt32LE(MAGIC.length);
    const begin = PREFIX_BYTES + headerBytes;
    if (begin > size) throw broken(path, 'ends inside its header');
    const entries = entriesOf(path, Buffer.from(readAt(file, PREFIX_BYTES, headerBytes)).toString(), size - begin);
    const mapped = size >= WORTH_MAPPING && begin % 8 === 0 ? mappedFile(path, size) : undefined;
    const read = (entry: Entry) => (mapped ? viewOf(mapped, begin, entry) : readEntry(file, begin, entry));
    return Object.fromEntries(entries.map((entry) => [entry.name, read(entry)]));
  } finally {
    closeSync(file);
  }
}

/** An array of that name and type. @throws RangeError where the file has none. */
export function arrayOf<T extends TypedArray>(arrays: Arrays, name: string, type: new (length: number) => T): T {
  const array = arrays[name];
  if (array instanceof type) return array;
  throw new RangeError(`an array file lacks "${name}" as ${type.name}`);
}

function entriesOf(path: string, header: string, room: number): Entry[] {
  const entries = parsed(header);
  if (!Array.isArray(entries)) throw broken(path, 'has no list of arrays');
  return entries.map((entry: Partial<Entry> | null) => {
    const { name, type, offset, length } = entry ?? {};
    const sound =
      typeof name === 'string' &&
      type !== undefined &&
      Object.hasOwn(TYPES, type) &&
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(length);
    if (!sound || offset === undefined || length === undefined || offset < 0 || length < 0 || offset % 8 !== 0) {
      throw broken(path, 'lists an array it cannot hold');
    }
    if (offset + length * TYPES[type].BYTES_PER_ELEMENT > room) throw broken(path, `ends inside "${name}"`);
    return { name, type, offset, length };
  });
}

function parsed(header: string): unknown {
  try {
    return JSON.parse(header);
  } catch {
    // Altered: no list of arrays either.
    return undefined;
  }
}

function viewOf(bytes: ArrayBuffer, begin: number, { type, offset, length }: Entry): TypedArray {
  return new TYPES[type](bytes, begin + offset, length);
}

function readEntry(file: number, begin: number, { type, offset, length }: Entry): TypedArray {
  const bytes = readAt(file, begin + offset, length * TYPES[type].BYTES_PER_ELEMENT);
  return new TYPES[type](bytes.buffer, 0, length);
}

function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, Math.min(MOST_BYTES_A_CALL, length - done), position + done);
    if (count === 0) throw new RangeError('an array file shrank while it was read');
    done += count;
  }
  return bytes;
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(MOST_BYTES_A_CALL, bytes.length - done), position + done);
  }
}

function typeName(array: TypedArray): TypeName {
  if (array instanceof Uint8Array) return 'u8';
  if (array instanceof Uint32Array) return 'u32';
  return array instanceof Float32Array ? 'f32' : 'f64';
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function broken(path: string, what: string): RangeError {
  return new RangeError(`${path} ${what}`);
}
