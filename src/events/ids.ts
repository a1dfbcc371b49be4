import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { BadRow } from '../csv/bad-rows.js';
import { shown } from '../csv/cells.js';
import type { QuotedCells } from '../csv/quoted-cells.js';
import { textOf } from '../csv/row-cutter.js';
import { IndexColumn } from './columns.js';

/** The bytes of U+FFFD, which replaces text that was not UTF-8. */
const REPLACEMENT = Buffer.from('\uFFFD');
const NONE = -1;

/**
 * Ids ⇄ indices. An id is an opaque string, compared byte for byte (`0012` is not `12`); indices count ids in the order in
 * which they were added.
 *
 * Ids are no JavaScript objects, only bytes; strings are made on demand:
 *
 *     bytes  u s e r 1 2 4 7      starts  0 5 7 8      id i is bytes[starts[i] .. starts[i+1])
 *     slots  hash index │ hash index │ …               open addressing, index + 1, 0 where free; at most half full
 */
export class IdIndex {
  #bytes = new Uint8Array(1024);
  #starts = new Float64Array(128);
  #slots = new Int32Array(2 * 256);
  #size = 0;
  #ids: string[] = [];

  static from(ids: Iterable<string>): IdIndex {
    const index = new IdIndex();
    for (const id of ids) index.add(id);
    return index;
  }

  /** Packed ids in the same order. @throws RangeError if an id comes twice. */
  static of({ bytes, start }: PackedIds): IdIndex {
    const ids = new IdIndex();
    ids.#size = start.length - 1;
    ids.#bytes = bytes.slice();
    ids.#starts = Float64Array.from(start);
    ids.#placeAll(2 ** Math.ceil(Math.log2(Math.max(256, 4 * ids.#size))));
    return ids;
  }

  get size(): number {
    return this.#size;
  }

  /** All ids by their index. */
  get ids(): readonly string[] {
    if (this.#ids.length !== this.#size) {
      // Callers may still hold the previous list.
      this.#ids = this.#ids.slice();
      while (this.#ids.length < this.#size) this.#ids.push(this.textOf(this.#ids.length));
    }
    return this.#ids;
  }

  /** The id's index, a new one if it has none. @throws BadRow for an id that was not UTF-8. */
  add(id: string): number {
    const bytes = Buffer.from(id);
    const index = this.addBytes(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length));
    // All invalid bytes become U+FFFD, so different ids would become one.
    if (index === NONE) throw notUtf8(id);
    return index;
  }

  /** The id's index; undefined if it was never added. */
  get(id: string): number | undefined {
    const bytes = Buffer.from(id);
    const index = this.find(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length));
    return index === NONE ? undefined : index;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  /** Like `get`, for the bytes `from` to `to` and their `hashOf`; -1 if they were never added. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = this.#slotOf(bytes, from, to, hash);
    return this.#slots[slot + 1]! - 1;
  }

  /** Like `add`, for bytes; -1 if they are not UTF-8, or have U+FFFD in them. */
  addBytes(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = this.#slotOf(bytes, from, to, hash);
    const known = this.#slots[slot + 1]!;
    if (known !== 0) return known - 1;
    if (!isId(bytes, from, to)) return NONE;
    const index = this.#size++;
    this.#append(bytes, from, to);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = index + 1;
    if (this.#size * 4 > this.#slots.length) this.#placeAll(2 * this.#slots.length);
    return index;
  }

  /** Removes all ids but the first `size`. */
  cut(size: number): void {
    this.#ids = this.#ids.slice(0, size);
    this.#size = size;
    this.#placeAll(this.#slots.length);
  }

  /** Puts all ids into new slots. @throws RangeError if an id comes twice. */
  #placeAll(length: number): void {
    this.#slots = new Int32Array(length);
    for (let id = 0; id < this.#size; id++) {
      const [from, to] = [this.#starts[id]!, this.#starts[id + 1]!];
      const hash = hashOf(this.#bytes, from, to);
      const slot = this.#slotOf(this.#bytes, from, to, hash);
      if (this.#slots[slot + 1] !== 0) throw new RangeError(`id ${id} comes twice`);
      this.#slots[slot] = hash;
      this.#slots[slot + 1] = id + 1;
    }
  }

  /** The ids as bytes: views that are valid until the next `add`. */
  get packed(): PackedIds {
    return {
      bytes: this.#bytes.subarray(0, this.#starts[this.#size]),
      start: this.#starts.subarray(0, this.#size + 1),
    };
  }

  textOf(index: number): string {
    return textOf(this.#bytes, this.#starts[index]!, this.#starts[index + 1]!);
  }

  /** The slot that holds the id, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (;;) {
      const index = slots[slot + 1]!;
      if (index === 0 || (slots[slot] === hash && this.#is(index - 1, bytes, from, to))) return slot;
      slot = (slot + 2) & mask;
    }
  }

  #is(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const own = this.#bytes;
    let at = this.#starts[index]!;
    if (this.#starts[index + 1]! - at !== to - from) return false;
    for (let i = from; i < to; i++) if (bytes[i] !== own[at++]) return false;
    return true;
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const at = this.#starts[this.#size - 1]!;
    const end = at + to - from;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    for (let i = from; i < to; i++) this.#bytes[at + i - from] = bytes[i]!;
    if (this.#size === this.#starts.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#size] = end;
  }
}

/** The users and items so far; every file adds to them. */
export interface Ids {
  users: IdIndex;
  items: IdIndex;
}

/** @throws BadRow for bytes that are not UTF-8, or have U+FFFD in them, like `IdIndex.add`. */
export function checkId(bytes: Uint8Array, from = 0, to = bytes.length): void {
  if (!isId(bytes, from, to)) throw notUtf8(textOf(bytes, from, to));
}

function notUtf8(id: string): BadRow {
  return new BadRow(`the id ${shown(id)} is not UTF-8; --encoding windows-1252 reads most such files`);
}

/** Ids one after the other, as UTF-8. */
export type PackedIds = QuotedCells;

/**
 * Maps indices that another reader gave to its ids to indices in `index`. Unknown ids are added to `index` in the reader's order.
 * @returns a function from the reader's ids to their indices in `index`; undefined: they are the same. Each call must pass the ids of the
 * call before and may append more.
 */
export function renumbering(index: IdIndex): (ids: PackedIds) => Uint32Array | undefined {
  const map = new IndexColumn();
  let areSame = true;
  return ({ bytes, start }) => {
    for (let known = map.length; known < start.length - 1; known++) {
      const [from, to] = [start[known]!, start[known + 1]!];
      const own = index.addBytes(bytes, from, to, hashOf(bytes, from, to));
      areSame &&= own === known;
      map.push(own);
    }
    return areSame ? undefined : map.values;
  };
}

/** Replaces indices into the list `ids` by those of `index`, in place. */
export function renumber(indices: Uint32Array, ids: readonly string[], index: IdIndex): void {
  const renumbered = new Int32Array(ids.length).fill(-1);
  for (let row = 0; row < indices.length; row++) {
    const old = indices[row]!;
    if (renumbered[old] === -1) renumbered[old] = index.add(ids[old]!);
    indices[row] = renumbered[old]!;
  }
}

/** Random in each process, so that nobody can write a file of ids with the same hash. Hashes never leave the process. */
const SEED = randomBytes(8);
const BASIS = SEED.readInt32LE(0);
const MULTIPLIER = SEED.readInt32LE(4) | 1;

/**
 * A hash of the bytes `from` to `to` as a signed 32-bit integer: FNV-1a with random constants. The high bits are mixed into the low ones
 * after each byte, since multiplication never does that: without it, for one multiplier in 25, half of the ids that collide in FNV-1a
 * still collided.
 */
export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = BASIS;
  for (let at = from; at < to; at++) {
    hash = Math.imul(hash ^ bytes[at]!, MULTIPLIER);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** True for valid UTF-8 without U+FFFD. */
function isId(bytes: Uint8Array, from: number, to: number): boolean {
  let high = 0;
  for (let at = from; at < to; at++) high |= bytes[at]!;
  if (high < 0x80) return true;
  const id = bytes.subarray(from, to);
  return isUtf8(id) && !Buffer.from(id.buffer, id.byteOffset, id.length).includes(REPLACEMENT);
}
