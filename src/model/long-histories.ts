import { float32s } from '../matrix/memory.js';
import { hashOf } from '../matrix/sampling.js';
import { rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';

/** Users who liked more than `most` items. */
export function longHistories(interactions: SparseRows, most: number): number[] {
  const { rows, start, value } = interactions;
  const users: number[] = [];
  for (let user = 0; user < rows; user++) {
    // Most users are ruled out by the length of their row alone.
    if (rowLength(interactions, user) <= most) continue;
    let liked = 0;
    for (let e = start[user]!; e < start[user + 1]!; e++) if (value[e]! > 0) liked++;
    if (liked > most) users.push(user);
  }
  return users;
}

/**
 * The interactions with at most `most` likes of each user, to count pairs from: their number grows with the square of a
 * history. The latest likes stay. Among likes of one time, and where there are no times, a hash decides: items are
 * numbered as they first occur, so keeping the last numbers would keep the rare items. Dropped likes become 0, "had".
 *
 * @param times by entry; NaN unknown, and such entries go first.
 */
export function withoutLongHistories(
  interactions: SparseRows,
  times: Float64Array | undefined,
  most: number,
): SparseRows {
  const users = longHistories(interactions, most);
  if (users.length === 0) return interactions;
  const { start, index } = interactions;
  const value = float32s(index.length);
  value.set(interactions.value);
  const when = (e: number) => (times === undefined || Number.isNaN(times[e]!) ? Number.NEGATIVE_INFINITY : times[e]!);
  for (const user of users) {
    const entries = Uint32Array.from(rowOf(interactions, user).keys(), (k) => start[user]! + k);
    const liked = entries.filter((e) => value[e]! > 0);
    const chance = (e: number) => hashOf(most, user, index[e]!);
    liked.sort((a, b) => (when(a) === when(b) ? chance(a) - chance(b) || a - b : when(a) < when(b) ? 1 : -1));
    for (const e of liked.subarray(most)) value[e] = 0;
  }
  return { ...interactions, value };
}
