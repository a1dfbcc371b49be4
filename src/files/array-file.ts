import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { mappedFile } from '../matrix/memory.js';
import { checkSum } from './check-sum.js';

/** Named typed arrays, as parent and children pass them on through a file. */
export type Arrays = Record<string, TypedArray>;
export type TypedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/**
 * An array file:
 *
 *     "RECARR02" │ check sum of all behind it (uint32) │ length of the header (uint32) │ header (JSON) │ arrays
 *
 * The header lists name, type, offset and length of every array; each array begins at the first multiple of 8 bytes behind the
 * one before it, so that none shares bytes with another. An array that has several names lies there once: the later ones
 * stand in the header "as" the first. Numbers are in the byte order of the machine.
 */
const MAGIC = Buffer.from('RECARR02');
const SUM_AT = MAGIC.length;
const SUMMED_FROM = SUM_AT + 4;
const PREFIX_BYTES = SUMMED_FROM + 4;
/** One read or write call moves at most 2 GiB. */
const MOST_BYTES_A_CALL = 1 << 30;

/** Smaller files are read: to load what maps them takes 15 ms, once in a process. */
const WORTH_MAPPING = 1 << 20;

const TYPES = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type TypeName = keyof typeof TYPES;

interface Entry {
  name: string;
  type: TypeName;
  offset: number;
  length: number;
}

/** Another name of an array that is listed before. */
interface Alias {
  name: string;
  as: string;
}

/** What tells a file from all others, but by intent. */
export interface FileFacts {
  bytes: number;
  sum: number;
}

/** Writes an array file where there is none yet. */
export function writeArrays(path: string, arrays: Arrays): void {
  const parts: Uint8Array[] = [];
  const entries: (Entry | Alias)[] = [];
  const written: [name: string, array: TypedArray][] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const [as] = written.find(([, other]) => isSame(other, array)) ?? [];
    if (as !== undefined) {
      entries.push({ name, as });
      continue;
    }
    written.push([name, array]);
    entries.push({ name, type: typeName(array), offset, length: array.length });
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const end = offset + array.byteLength;
    offset = aligned(end);
    parts.push(new Uint8Array(offset - end));
  }
  const header = Buffer.from(JSON.stringify(entries));
  const begin = aligned(PREFIX_BYTES + header.length);
  const head = Buffer.alloc(begin, ' ');
  MAGIC.copy(head);
  head.writeUInt32LE(begin - PREFIX_BYTES, SUMMED_FROM);
  header.copy(head, PREFIX_BYTES);
  head.writeUInt32LE(
    parts.reduce((sum, part) => checkSum(part, sum), checkSum(head.subarray(SUMMED_FROM))),
    SUM_AT,
  );
  const file = openSync(path, 'wx', 0o600);
  try {
    let position = 0;
    for (const part of [head, ...parts]) {
      writeAt(file, part, position);
      position += part.length;
    }
  } finally {
    closeSync(file);
  }
}

/** True for the same numbers in the same memory. */
function isSame(a: TypedArray, b: TypedArray): boolean {
  return (
    a.constructor === b.constructor &&
    a.buffer === b.buffer &&
    a.byteOffset === b.byteOffset &&
    a.length === b.length &&
    a.length > 0
  );
}

/**
 * Reads an array file whole; a large one is mapped where that can be had, and must not be cut while its arrays are used.
 * @throws RangeError where it is none, is cut or was altered; sizes are checked before anything is made to measure, so that no
 *   file takes more memory than its own size.
 */
export function readArrays(path: string): Arrays {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const prefix = prefixOf(path, file, size);
    const headerBytes = prefix.readUInt32LE(SUMMED_FROM);
    const begin = PREFIX_BYTES + headerBytes;
    if (begin > size) throw broken(path, 'ends inside its header');
    const header = readAt(file, PREFIX_BYTES, headerBytes);
    const entries = entriesOf(path, Buffer.from(header.buffer).toString(), size - begin);
    const mapped = size >= WORTH_MAPPING && begin % 8 === 0 ? mappedFile(file, size) : undefined;
    const arrays: Arrays = {};
    let sum = checkSum(header, checkSum(prefix.subarray(SUMMED_FROM)));
    for (const entry of entries) {
      if ('as' in entry) {
        define(arrays, entry.name, arrays[entry.as] as TypedArray);
        continue;
      }
      const { bytes, from } = mapped ? { bytes: mapped, from: begin + entry.offset } : readEntry(file, begin, entry);
      sum = checkSum(new Uint8Array(bytes, from, paddedLength(entry)), sum);
      define(arrays, entry.name, new TYPES[entry.type](bytes, from, entry.length));
    }
    if (sum !== prefix.readUInt32LE(SUM_AT)) throw broken(path, 'was altered: its check sum is another');
    return arrays;
  } finally {
    closeSync(file);
  }
}

/** What an array file says of itself; whether it is so, `readArrays` tells. @throws RangeError where it is none. */
export function factsOf(path: string): FileFacts {
  const file = openSync(path, 'r');
  try {
    const bytes = fstatSync(file).size;
    return { bytes, sum: prefixOf(path, file, bytes).readUInt32LE(SUM_AT) };
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

/** Bounds of pieces of so many bytes: whole numbers that rise from 0 to there. @throws RangeError where they are none. */
export function boundsFrom(arrays: Arrays, name: string, bytes: number): Float64Array {
  const bounds = arrayOf(arrays, name, Float64Array);
  let isSound = bounds[0] === 0 && bounds[bounds.length - 1] === bytes;
  for (let at = 1; at < bounds.length && isSound; at++) {
    const bound = bounds[at] ?? 0;
    isSound = Number.isInteger(bound) && bound >= (bounds[at - 1] ?? 0);
  }
  if (!isSound) throw new RangeError(`the bounds "${name}" do not hold their bytes`);
  return bounds;
}

function prefixOf(path: string, file: number, size: number): Buffer {
  const prefix = Buffer.from(readAt(file, 0, Math.min(size, PREFIX_BYTES)).buffer);
  const version = MAGIC.length - 2;
  if (!MAGIC.subarray(0, version).equals(prefix.subarray(0, version))) throw broken(path, 'is no array file');
  if (size >= MAGIC.length && !MAGIC.equals(prefix.subarray(0, MAGIC.length))) {
    throw broken(path, 'is an array file of another version of this program');
  }
  if (size < PREFIX_BYTES) throw broken(path, 'ends inside its first bytes');
  return prefix;
}

/** Sets it whatever it is called, "__proto__" as well. */
function define(arrays: Arrays, name: string, value: TypedArray): void {
  Object.defineProperty(arrays, name, { value, enumerable: true, configurable: true, writable: true });
}

function entriesOf(path: string, header: string, room: number): (Entry | Alias)[] {
  const listed = parsed(header);
  if (!Array.isArray(listed)) throw broken(path, 'has no list of arrays');
  let end = 0;
  const known = new Set<string>();
  const entries = listed.map((entry: unknown): Entry | Alias => {
    const alias = asAlias(entry);
    if (alias) {
      if (!known.has(alias.as)) throw broken(path, `lists an array as "${alias.as}", which is none before it`);
      return alias;
    }
    const { name, type, offset, length } = asEntry(entry) ?? {};
    if (name === undefined || type === undefined || offset !== end || !isCount(length)) {
      throw broken(path, 'lists an array it cannot hold');
    }
    end = aligned(offset + length * TYPES[type].BYTES_PER_ELEMENT);
    if (end > room) throw broken(path, `ends inside "${name}"`);
    known.add(name);
    return { name, type, offset, length };
  });
  if (end !== room) throw broken(path, 'goes on behind its arrays');
  if (new Set(entries.map(({ name }) => name)).size !== entries.length) throw broken(path, 'lists an array twice');
  return entries;
}

/** What an entry of the list says, where it is another name. */
function asAlias(entry: unknown): Alias | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name, as } = entry as Partial<Alias>;
  return typeof name === 'string' && typeof as === 'string' ? { name, as } : undefined;
}

/** What an entry of the list says, where it has a name and a type that there is. */
function asEntry(entry: unknown): Partial<Entry> | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const said = entry as Partial<Entry>;
  const isNamed = typeof said.name === 'string' && typeof said.type === 'string' && Object.hasOwn(TYPES, said.type);
  return isNamed ? said : undefined;
}

/** A number of things. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parsed(header: string): unknown {
  try {
    return JSON.parse(header);
  } catch {
    // Altered: no list of arrays either.
    return undefined;
  }
}

/** The bytes of an array, with those up to the next. */
function readEntry(file: number, begin: number, entry: Entry): { bytes: ArrayBuffer; from: number } {
  return { bytes: readAt(file, begin + entry.offset, paddedLength(entry)).buffer, from: 0 };
}

function paddedLength({ type, length }: Entry): number {
  return aligned(length * TYPES[type].BYTES_PER_ELEMENT);
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
