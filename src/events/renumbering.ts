import { hashOf, type IdIndex, type PackedIds } from './ids.js';

/**
 * Indices of ids that were numbered elsewhere among all ids, where new ones are added in the order in which they were met there.
 * @returns what gives the indices of ids, which begin with the ids that it was asked for before.
 */
export function renumbering(index: IdIndex): (ids: PackedIds) => Uint32Array {
  let map = new Uint32Array(256);
  let known = 0;
  return ({ bytes, starts }) => {
    const count = starts.length - 1;
    if (count > map.length) {
      const larger = new Uint32Array(Math.max(count, 2 * map.length));
      larger.set(map);
      map = larger;
    }
    for (; known < count; known++) {
      const [from, to] = [starts[known]!, starts[known + 1]!];
      map[known] = index.addBytes(bytes, from, to, hashOf(bytes, from, to));
    }
    return map;
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
