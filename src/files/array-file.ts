import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { mappedFile } from '../matrix/memory.js';
import {
  type Alias,
  aligned,
  altered,
  broken,
  type Entry,
  fill,
  hasMagic,
  headBytes,
  headerOf,
  MAX_BYTES_PER_CALL,
  paddedLength,
  readAt,
  TYPES,
  type TypedArray,
  typeName,
} from './array-header.js';
import { checkSum } from './check-sum.js';
import { ownTag } from './owner.js';

/** Named typed arrays, as parent and children exchange them in files. */
export type Arrays = Record<string, TypedArray>;

/** Smaller parts are read instead of mapped: loading the library that maps files takes 15 ms, once per process. */
const WORTH_MAPPING = 1 << 20;
/** A mapping begins at a multiple of this, the largest page size of any machine. */
const PAGE = 1 << 16;
/** Number of bytes that are checked at once. */
const CHECKED_AT_ONCE = 1 << 20;

/** Writes an array file. @throws the system's error; EEXIST if the file exists already. */
export function writeArrays(path: string, arrays: Arrays): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    let position = 0;
    for (const part of arrayFileBytes(arrays)) {
      writeAt(file, part, position);
      position += part.length;
    }
  } finally {
    closeSync(file);
  }
}

/** Writes an array file under a temporary name and then renames it, so that it appears whole or not at all. */
export function publishArrays(path: string, arrays: Arrays, temporary = `${path}.${ownTag()}`): void {
  try {
    writeArrays(temporary, arrays);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The bytes of an array file, piece by piece. @param arrays by name; several pieces of one type are joined into one array. */
export function arrayFileBytes(arrays: Readonly<Record<string, TypedArray | readonly TypedArray[]>>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const entries: (Entry | Alias)[] = [];
  const written: [name: string, array: TypedArray][] = [];
  let offset = 0;
  for (const [name, given] of Object.entries(arrays)) {
    const pieces = ArrayBuffer.isView(given) ? [given] : given;
    const [array] = pieces;
    if (!array) throw new RangeError(`the array "${name}" has no piece`);
    const [as] = (pieces.length === 1 && written.find(([, other]) => isSame(other, array))) || [];
    if (as !== undefined) {
      entries.push({ name, as });
      continue;
    }
    if (pieces.length === 1) written.push([name, array]);
    let length = 0;
    let sum = 0;
    for (const piece of pieces) {
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
      parts.push(bytes);
      sum = checkSum(bytes, sum);
      length += piece.length;
    }
    const end = offset + length * array.BYTES_PER_ELEMENT;
    const padding = new Uint8Array(aligned(end) - end);
    parts.push(padding);
    entries.push({ name, type: typeName(array), offset, length, sum: checkSum(padding, sum) });
    offset = aligned(end);
  }
  return [headBytes(entries), ...parts];
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
 * Reads an array file, or some of its arrays. Large ones are mapped if the system supports it; the file must not be truncated while they
 * are in use.
 *
 * @param isWanted selects arrays by name; default: all. @param mayMap false: arrays are copies, whose size the garbage collector knows.
 * @throws RangeError if it is not an array file, or was cut or altered. Sizes are checked before anything is allocated, so that no file
 *   takes more memory than its own size.
 */
export function readArrays(path: string, isWanted: (name: string) => boolean = () => true, mayMap = true): Arrays {
  return withFile(path, (file) => {
    const { begin, entries } = headerOf(path, file);
    const wanted = entries.filter(({ name }) => isWanted(name));
    const stored = new Set(wanted.map((entry) => ('as' in entry ? entry.as : entry.name)));
    const toRead = entries.filter((entry): entry is Entry => !('as' in entry) && stored.has(entry.name));
    const mapped = mayMap ? mappedEntries(file, begin, toRead) : undefined;
    const arrays = new Map(
      toRead.map((entry) => {
        const { buffer, from } = mapped?.(entry) ?? {
          buffer: readAt(file, begin + entry.offset, paddedLength(entry)).buffer,
          from: 0,
        };
        requireSum(path, entry, checkSum(new Uint8Array(buffer, from, paddedLength(entry))));
        return [entry.name, new TYPES[entry.type](buffer, from, entry.length)];
      }),
    );
    const named = wanted.map((entry) => [entry.name, arrays.get('as' in entry ? entry.as : entry.name)] as const);
    return Object.fromEntries(named.flatMap(([name, array]) => (array ? [[name, array]] : [])));
  });
}

/** Checks an array file without keeping its arrays. @throws RangeError if it is not an array file, or was cut or altered. */
export function checkArrays(path: string, isWanted: (name: string) => boolean = () => true): void {
  readSegments(path, [], isWanted);
}

/**
 * Reads segments of arrays and joins them; the rest of the file is only read for the check sums.
 * @param segments entries `from` up to, but not including, `to`; in rising order, without overlaps.
 * @param isWanted selects arrays by the first of their names. @throws RangeError if it is not such a file, or was altered.
 */
export function readSegments(
  path: string,
  segments: readonly (readonly [from: number, to: number])[],
  isWanted: (name: string) => boolean,
): Arrays {
  const length = segments.reduce((total, [from, to]) => total + to - from, 0);
  return withFile(path, (file) => {
    const { begin, entries } = headerOf(path, file);
    const wanted = entries.filter((entry): entry is Entry => !('as' in entry) && isWanted(entry.name));
    // One buffer for everything: the garbage collector is slow to free buffers.
    const buffer = new Uint8Array(CHECKED_AT_ONCE);
    return Object.fromEntries(
      wanted.map((entry) => {
        const picked = new TYPES[entry.type](length);
        const bytes = new Uint8Array(picked.buffer);
        const size = paddedLength(entry);
        let [sum, filled, next] = [0, 0, 0];
        for (let at = 0; at < size; at += CHECKED_AT_ONCE) {
          const end = Math.min(size, at + CHECKED_AT_ONCE);
          const part = fill(buffer.subarray(0, end - at), file, begin + entry.offset + at);
          sum = checkSum(part, sum);
          for (let segment = segments[next]; segment; segment = segments[next]) {
            const [from, to] = [segment[0] * picked.BYTES_PER_ELEMENT, segment[1] * picked.BYTES_PER_ELEMENT];
            const here = part.subarray(Math.max(0, from - at), Math.max(0, Math.min(to, end) - at));
            bytes.set(here, filled);
            filled += here.length;
            if (to > end) break;
            next++;
          }
        }
        requireSum(path, entry, sum);
        if (filled < bytes.length) throw broken(path, `has too little in "${entry.name}"`);
        return [entry.name, picked];
      }),
    );
  });
}

/** A hash of the content of an array file, made from the check sums in its header. @throws RangeError if it is not such a file, or was altered. */
export function headerHash(path: string): string {
  const { entries } = withFile(path, (file) => headerOf(path, file));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

/** True if the file begins like an array file of any version. */
export function isArrayFile(path: string): boolean {
  return withFile(path, hasMagic);
}

/** The array of that name and type. @throws RangeError if there is none. */
export function arrayOf<T extends TypedArray>(arrays: Arrays, name: string, type: new (length: number) => T): T {
  const array = arrays[name];
  if (array instanceof type) return array;
  throw new RangeError(`an array file lacks "${name}" as ${type.name}`);
}

/** Bounds of pieces: whole numbers that rise from 0 to `bytes`. @throws RangeError if they are not. */
export function boundsFrom(arrays: Arrays, name: string, bytes: number): Float64Array {
  const bounds = arrayOf(arrays, name, Float64Array);
  let isSound = bounds[0] === 0 && bounds[bounds.length - 1] === bytes;
  for (let at = 1; at < bounds.length && isSound; at++) {
    const bound = bounds[at] ?? -1;
    isSound = Number.isInteger(bound) && bound >= (bounds[at - 1] ?? 0);
  }
  if (!isSound) throw new RangeError(`the bounds "${name}" do not hold their bytes`);
  return bounds;
}

/** Opens a file for reading, passes it to `use` and closes it. */
export function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Maps the part of the file that holds the arrays. @returns a lookup of entries in the mapping; undefined if they have to be read. */
function mappedEntries(file: number, begin: number, entries: readonly Entry[]) {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last || begin % 8 !== 0) return undefined;
  const start = Math.floor((begin + first.offset) / PAGE) * PAGE;
  const length = begin + last.offset + paddedLength(last) - start;
  const buffer = length >= WORTH_MAPPING ? mappedFile(file, length, start) : undefined;
  return buffer && (({ offset }: Entry) => ({ buffer, from: begin + offset - start }));
}

function requireSum(path: string, { sum }: Entry, found: number): void {
  if (found !== sum) throw altered(path);
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(MAX_BYTES_PER_CALL, bytes.length - done), position + done);
  }
}

/** Writes a value, whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  publishArrays(path, { json: Buffer.from(JSON.stringify(value)) });
}

/** @throws RangeError if the file was cut or altered; the system's error if there is no file. */
export function readJson(path: string): unknown {
  const json = arrayOf(readArrays(path), 'json', Uint8Array);
  return JSON.parse(Buffer.from(json).toString());
}
