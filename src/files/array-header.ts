import { fstatSync, readSync } from 'node:fs';
import { checkSum } from './check-sum.js';

/**
 * An array file:
 *
 *     "RECARR03" │ check sum of the header and its length (uint32) │ length of the header (uint32) │ header (JSON) │ arrays
 *
 * The header lists name, type, offset, length and check sum of every array, so that some arrays can be read and verified without the
 * others. Each array begins at the first multiple of 8 bytes after the previous one; its check sum covers the bytes up to the next.
 * An array with several names is stored once: the header lists each further name with "as" and the first name. Numbers are in the
 * byte order of the machine.
 */
const MAGIC = Buffer.from('RECARR03');
const VERSION_AT = MAGIC.length - 2;
const SUM_AT = MAGIC.length;
const SUMMED_FROM = SUM_AT + 4;
const PREFIX_BYTES = SUMMED_FROM + 4;
/** One read or write call moves at most 2 GiB. */
export const MAX_BYTES_PER_CALL = 1 << 30;

export const TYPES = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
export type TypeName = keyof typeof TYPES;
export type TypedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/** An array as the header lists it. */
export interface Entry {
  name: string;
  type: TypeName;
  offset: number;
  length: number;
  sum: number;
}

/** Another name of an array listed before. */
export interface Alias {
  name: string;
  as: string;
}

/** The bytes before the arrays. */
export function headBytes(entries: readonly (Entry | Alias)[]): Uint8Array {
  const header = Buffer.from(JSON.stringify(entries));
  const begin = aligned(PREFIX_BYTES + header.length);
  const head = Buffer.alloc(begin, ' ');
  MAGIC.copy(head);
  head.writeUInt32LE(begin - PREFIX_BYTES, SUMMED_FROM);
  header.copy(head, PREFIX_BYTES);
  head.writeUInt32LE(checkSum(head.subarray(SUMMED_FROM)), SUM_AT);
  return head;
}

/** The entries of the header, and the offset of the arrays. @throws RangeError if it is not an array file, or was cut or altered. */
export function headerOf(path: string, file: number): { begin: number; entries: (Entry | Alias)[] } {
  const size = fstatSync(file).size;
  const prefix = Buffer.from(readAt(file, 0, Math.min(size, PREFIX_BYTES)).buffer);
  if (!MAGIC.subarray(0, VERSION_AT).equals(prefix.subarray(0, VERSION_AT))) throw broken(path, 'is not an array file');
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

/** True if a file begins like an array file of any version. */
export function hasMagic(file: number): boolean {
  const size = Math.min(fstatSync(file).size, VERSION_AT);
  return MAGIC.subarray(0, VERSION_AT).equals(readAt(file, 0, size));
}

function entriesOf(path: string, header: string, size: number): (Entry | Alias)[] {
  const listed = parsed(header);
  if (!Array.isArray(listed)) throw broken(path, 'has no list of arrays');
  let end = 0;
  const known = new Set<string>();
  const entries = listed.map((entry: unknown): Entry | Alias => {
    const { name, as, type, offset, length, sum }: Partial<Record<keyof (Entry & Alias), unknown>> = Object(entry);
    if (typeof name === 'string' && typeof as === 'string') {
      if (!known.has(as)) throw broken(path, `names "${as}" before it lists that array`);
      return { name, as };
    }
    const isNamed = typeof name === 'string' && isType(type);
    if (!isNamed || offset !== end || !isCount(length) || !isCount(sum)) {
      throw broken(path, 'lists an array it cannot hold');
    }
    end = aligned(offset + length * TYPES[type].BYTES_PER_ELEMENT);
    if (end > size) throw broken(path, `ends inside "${name}"`);
    known.add(name);
    return { name, type, offset, length, sum };
  });
  if (end !== size) throw broken(path, 'has more bytes after its arrays');
  if (new Set(entries.map(({ name }) => name)).size !== entries.length) throw broken(path, 'lists an array twice');
  return entries;
}

function isType(value: unknown): value is TypeName {
  return typeof value === 'string' && Object.hasOwn(TYPES, value);
}

/** True for a whole number from 0. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parsed(header: string): unknown {
  try {
    return JSON.parse(header);
  } catch {
    // The caller reports that there is no list of arrays.
    return undefined;
  }
}

/** Bytes of an array, including the padding up to the next one. */
export function paddedLength({ type, length }: Entry): number {
  return aligned(length * TYPES[type].BYTES_PER_ELEMENT);
}

export function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  return fill(new Uint8Array(length), file, position);
}

/** Fills `bytes` from a file. @throws RangeError if the file ends before. */
export function fill<T extends Uint8Array>(bytes: T, file: number, position: number): T {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(file, bytes, done, Math.min(MAX_BYTES_PER_CALL, bytes.length - done), position + done);
    if (count === 0) throw new RangeError('an array file shrank while it was read');
    done += count;
  }
  return bytes;
}

export function typeName(array: TypedArray): TypeName {
  if (array instanceof Uint8Array) return 'u8';
  if (array instanceof Uint32Array) return 'u32';
  return array instanceof Float32Array ? 'f32' : 'f64';
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

export function altered(path: string): RangeError {
  return broken(path, 'was altered: its check sum does not match');
}

export function broken(path: string, what: string): RangeError {
  return new RangeError(`${path} ${what}`);
}
