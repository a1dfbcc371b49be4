import { hashOf, type IdIndex, type PackedIds } from './ids.js';

/** Indices of ids that were numbered elsewhere among all ids, where new ones are added in the order in which they were met there. */
export class Renumbering {
  readonly #index: IdIndex;
  #map = new Uint32Array(256);
  #known = 0;

  constructor(index: IdIndex) {
    this.#index = index;
  }

  /** The indices of `ids`, which begin with the ids that were asked for before. */
  all({ bytes, starts }: PackedIds): Uint32Array {
    const count = starts.length - 1;
    if (count > this.#map.length) {
      const larger = new Uint32Array(Math.max(count, 2 * this.#map.length));
      larger.set(this.#map);
      this.#map = larger;
    }
    for (; this.#known < count; this.#known++) {
      const from = starts[this.#known]!;
      const to = starts[this.#known + 1]!;
      this.#map[this.#known] = this.#index.addBytes(bytes, from, to, hashOf(bytes, from, to));
    }
    return this.#map;
  }
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
