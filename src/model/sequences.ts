import { longestRow, type SparseRows } from '../matrix/sparse.js';
import { sortBest } from '../matrix/top-n.js';

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
  const time = new Float64Array(longestRow(interactions));
  const entry = new Uint32Array(time.length);
  let filled = 0;
  for (let user = 0; user < rows; user++) {
    let count = 0;
    for (let e = start[user]!; e < start[user + 1]!; e++) {
      if (!(value[e]! > 0) || Number.isNaN(times[e]!)) continue;
      time[count] = times[e]!;
      entry[count++] = e;
    }
    sortBest(0, count - 1, time, entry);
    for (let k = 0; k < count; k++) items[filled++] = index[entry[k]!]!;
    starts[user + 1] = filled;
  }
  return { start: starts, items: items.subarray(0, filled) };
}
