import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { mappedFile } from '../matrix/memory.js';
import { checkSum } from './check-sum.js';

/** Named typed arrays, as parent and children pass them on through a file. */
export type Arrays = Record<string, TypedArray>;
export type TypedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/**
 * An array file:
 *
 *     "RECARR03" │ check sum of the header and its length (uint32) │ length of the header (uint32) │ header (JSON) │ arrays
 *
 * The header lists name, type, offset, length and check sum of every array, so that some arrays can be read, and trusted, without the
 * others. Each array begins at the first multiple of 8 bytes behind the one before it; its check sum covers the bytes up to the next.
 * An array with several names is stored once: the later names stand in the header "as" the first. Numbers are in the byte order of
 * the machine.
 */
const MAGIC = Buffer.from('RECARR03');
const VERSION_AT = MAGIC.length - 2;
const SUM_AT = MAGIC.length;
const SUMMED_FROM = SUM_AT + 4;
const PREFIX_BYTES = SUMMED_FROM + 4;
/** One read or write call moves at most 2 GiB. */
const MOST_BYTES_A_CALL = 1 << 30;

/** Less is read: loading the library that maps files takes 15 ms, once in a process. */
const WORTH_MAPPING = 1 << 20;
/** A mapping begins at a multiple of the largest page of any machine. */
const PAGE = 1 << 16;
/** A file is checked in steps of so many bytes. */
const CHECKED_AT_ONCE = 1 << 20;

const TYPES = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type TypeName = keyof typeof TYPES;

interface Entry {
  name: string;
  type: TypeName;
  offset: number;
  length: number;
  sum: number;
}

/** Another name of an array listed before. */
interface Alias {
  name: string;
  as: string;
}

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
  const header = Buffer.from(JSON.stringify(entries));
  const begin = aligned(PREFIX_BYTES + header.length);
  const head = Buffer.alloc(begin, ' ');
  MAGIC.copy(head);
  head.writeUInt32LE(begin - PREFIX_BYTES, SUMMED_FROM);
  header.copy(head, PREFIX_BYTES);
  head.writeUInt32LE(checkSum(head.subarray(SUMMED_FROM)), SUM_AT);
  return [head, ...parts];
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
        const { buffer, from } = mapped?.(entry) ?? { buffer: readEntry(file, begin, entry).buffer, from: 0 };
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
  return withFile(path, (file) => {
    const size = Math.min(fstatSync(file).size, VERSION_AT);
    return MAGIC.subarray(0, VERSION_AT).equals(readAt(file, 0, size));
  });
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

function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** What the file lists, and where its arrays begin. */
function headerOf(path: string, file: number): { begin: number; entries: (Entry | Alias)[] } {
  const size = fstatSync(file).size;
  const prefix = Buffer.from(readAt(file, 0, Math.min(size, PREFIX_BYTES)).buffer);
  if (!MAGIC.subarray(0, VERSION_AT).equals(prefix.subarray(0, VERSION_AT))) throw broken(path, 'is no array file');
  if (size >= MAGIC.length && !MAGIC.equals(prefix.subarray(0, MAGIC.length))) {
    throw broken(path, 'is an array file of another version of this program');
  }
  if (size < PREFIX_BYTES) throw broken(path, 'ends inside its first bytes');
  const headerBytes = prefix.readUInt32LE(SUMMED_FROM);
  const begin = PREFIX_BYTES + headerBytes;
  if (begin > size) throw broken(path, 'ends inside its header');
  const header = readAt(file, PREFIX_BYTES, headerBytes);
  if (checkSum(header, checkSum(prefix.subarray(SUMMED_FROM))) !== prefix.readUInt32LE(SUM_AT)) throw altered(path);
  return { begin, entries: entriesOf(path, Buffer.from(header.buffer).toString(), size - begin) };
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
    const { name, type, offset, length, sum } = asEntry(entry) ?? {};
    if (name === undefined || type === undefined || offset !== end || !isCount(length) || !isCount(sum)) {
      throw broken(path, 'lists an array it cannot hold');
    }
    end = aligned(offset + length * TYPES[type].BYTES_PER_ELEMENT);
    if (end > room) throw broken(path, `ends inside "${name}"`);
    known.add(name);
    return { name, type, offset, length, sum };
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
function readEntry(file: number, begin: number, entry: Entry): Uint8Array<ArrayBuffer> {
  return readAt(file, begin + entry.offset, paddedLength(entry));
}

function paddedLength({ type, length }: Entry): number {
  return aligned(length * TYPES[type].BYTES_PER_ELEMENT);
}

function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  return fill(new Uint8Array(length), file, position);
}

function fill<T extends Uint8Array>(bytes: T, file: number, position: number): T {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(file, bytes, done, Math.min(MOST_BYTES_A_CALL, bytes.length - done), position + done);
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

function altered(path: string): RangeError {
  return broken(path, 'was altered: its check sum is another');
}

function broken(path: string, what: string): RangeError {
  return new RangeError(`${path} ${what}`);
}
