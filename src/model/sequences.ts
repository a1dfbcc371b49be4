import { timeOrder } from '../kernels/order.js';
import { longestRow, type SparseRows } from '../matrix/sparse.js';

/** The items that users liked, in the order of time. */
export interface Sequences {
  /** User u has the items `start[u] .. start[u+1]`. */
  start: Uint32Array;
  /** The latest of a user first. */
  items: Uint32Array;
}

/** @param times by entry of the interactions, seconds; entries without one are left out. */
export function sequencesOf(interactions: SparseRows, times: Float64Array): Sequences {
  const { rows, start, index, value } = interactions;
  const starts = new Uint32Array(rows + 1);
  const items = new Uint32Array(index.length);
  const latestFirst = timeOrder(longestRow(interactions), index.length);
  let filled = 0;
  for (let user = 0; user < rows; user++) {
    for (const place of latestFirst(times, start[user]!, start[user + 1]!)) {
      const entry = start[user]! + place;
      if (value[entry]! > 0 && !Number.isNaN(times[entry]!)) items[filled++] = index[entry]!;
    }
    starts[user + 1] = filled;
  }
  return { start: starts, items: items.subarray(0, filled) };
}
