import { hashOf, type IdIndex, type PackedIds } from './ids.js';

/**
 * Maps indices that another reader gave to its ids to indices in `index`. Unknown ids are added to `index` in the reader's order.
 * @returns a function from the reader's ids to their indices in `index`; undefined: they are the same. Each call must pass the ids of the
 * call before and may append more.
 */
export function renumbering(index: IdIndex): (ids: PackedIds) => Uint32Array | undefined {
  let map = new Uint32Array(256);
  let known = 0;
  let areSame = true;
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
      areSame &&= map[known] === known;
    }
    return areSame ? undefined : map;
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
