import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
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
  MOST_BYTES_A_CALL,
  paddedLength,
  readAt,
  TYPES,
  type TypedArray,
  typeName,
} from './array-header.js';
import { checkSum } from './check-sum.js';

/** Named typed arrays, as parent and children pass them on through a file. */
export type Arrays = Record<string, TypedArray>;

/** Less is read: loading the library that maps files takes 15 ms, once in a process. */
const WORTH_MAPPING = 1 << 20;
/** A mapping begins at a multiple of the largest page of any machine. */
const PAGE = 1 << 16;
/** A file is checked in steps of so many bytes. */
const CHECKED_AT_ONCE = 1 << 20;

/** Writes an array file. @throws what the system says, EEXIST where there is a file already. */
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

/** The bytes of an array file, piece by piece. @param arrays by name; one that lies in several pieces of one type becomes whole. */
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
 * Reads an array file, or some of its arrays. Large ones are mapped where the system can do that; the file must not be truncated while
 * they are in use.
 *
 * @param isWanted chooses arrays by name; all unless given. @param mayMap false: arrays are copies, which the garbage collector knows of.
 * @throws RangeError where it is no array file, or was cut or altered. Sizes are checked before anything is allocated, so that no file
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
    return named(wanted, arrays);
  });
}

/** Reads an array file and keeps nothing of it. @throws RangeError where it is no array file, or was cut or altered. */
export function checkArrays(path: string, isWanted: (name: string) => boolean = () => true): void {
  readStretches(path, [], isWanted);
}

/**
 * Reads stretches of arrays, put one behind the other; of the rest only the check sums are looked at.
 * @param stretches each `from` an entry up to another, which is not in it; they rise and do not overlap.
 * @param isWanted chooses arrays, by the first of their names. @throws RangeError likewise.
 */
export function readStretches(
  path: string,
  stretches: readonly (readonly [from: number, to: number])[],
  isWanted: (name: string) => boolean,
): Arrays {
  const length = stretches.reduce((total, [from, to]) => total + to - from, 0);
  return withFile(path, (file) => {
    const { begin, entries } = headerOf(path, file);
    const wanted = entries.filter((entry): entry is Entry => !('as' in entry) && isWanted(entry.name));
    // One buffer for all: the collector is slow to hear of buffers that are let go.
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
          for (let stretch = stretches[next]; stretch; stretch = stretches[next]) {
            const [from, to] = [stretch[0] * picked.BYTES_PER_ELEMENT, stretch[1] * picked.BYTES_PER_ELEMENT];
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

/** A hash of all that an array file holds, from its header: that has the check sums of all arrays. @throws RangeError likewise. */
export function headerHash(path: string): string {
  const { entries } = withFile(path, (file) => headerOf(path, file));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

/** True for a file that begins as array files of any version do. */
export function isArrayFile(path: string): boolean {
  return withFile(path, hasMagic);
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
    const bound = bounds[at] ?? -1;
    isSound = Number.isInteger(bound) && bound >= (bounds[at - 1] ?? 0);
  }
  if (!isSound) throw new RangeError(`the bounds "${name}" do not hold their bytes`);
  return bounds;
}

/** Opens a file for what is done with it, to read. */
export function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Where the arrays lie in a mapping of the part of the file that holds them; undefined where they are to be read. */
function mappedEntries(file: number, begin: number, entries: readonly Entry[]) {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last || begin % 8 !== 0) return undefined;
  const start = Math.floor((begin + first.offset) / PAGE) * PAGE;
  const length = begin + last.offset + paddedLength(last) - start;
  const buffer = length >= WORTH_MAPPING ? mappedFile(file, length, start) : undefined;
  return buffer && (({ offset }: Entry) => ({ buffer, from: begin + offset - start }));
}

/** The arrays by their names, "__proto__" as well. */
function named(wanted: readonly (Entry | Alias)[], arrays: ReadonlyMap<string, TypedArray>): Arrays {
  const answer: Arrays = {};
  for (const entry of wanted) {
    const value = arrays.get('as' in entry ? entry.as : entry.name);
    Object.defineProperty(answer, entry.name, { value, enumerable: true, configurable: true, writable: true });
  }
  return answer;
}

function requireSum(path: string, { sum }: Entry, found: number): void {
  if (found !== sum) throw altered(path);
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(MOST_BYTES_A_CALL, bytes.length - done), position + done);
  }
}
