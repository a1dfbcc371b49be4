import { shown } from './cells.js';
import { BadRow } from './csv.js';

/**
 * Ids ⇄ indices. An id is an opaque string, compared byte for byte (`0012` is not `12`); its index is the order in
 * which it was first met.
 */
export class IdIndex {
  readonly ids: string[] = [];
  readonly #index = new Map<string, number>();

  get size(): number {
    return this.ids.length;
  }

  /** The id's index, a new one where it has none yet. @throws BadRow for an id that was not UTF-8. */
  add(id: string): number {
    const known = this.#index.get(id);
    if (known !== undefined) return known;
    // Bytes that are no UTF-8 all become this character: ids that differ would turn into one.
    if (id.includes('\uFFFD')) {
      throw new BadRow(`the id ${shown(id)} is not UTF-8; convert the file, say by iconv -f windows-1252 -t utf-8`);
    }
    const index = this.ids.length;
    this.#index.set(id, index);
    this.ids.push(id);
    return index;
  }

  /** The id's index, or undefined where it was never added. */
  get(id: string): number | undefined {
    return this.#index.get(id);
  }

  has(id: string): boolean {
    return this.#index.has(id);
  }
}

/** A column of numbers that grows as it is read. */
export class NumberColumn {
  #values = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** The values so far, as a view that the next `push` may leave behind. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
