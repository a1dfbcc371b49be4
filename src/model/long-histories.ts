import { float32s } from '../matrix/memory.js';
import { hashOf } from '../matrix/sampling.js';
import type { SparseRows } from '../matrix/sparse.js';

/** Users who liked more than `most` items. */
export function longHistories({ rows, start, value }: SparseRows, most: number): number[] {
  const users: number[] = [];
  for (let user = 0; user < rows; user++) {
    // Rows are long where likes are many: most users are told apart by this alone.
    if (start[user + 1]! - start[user]! <= most) continue;
    let liked = 0;
    for (let e = start[user]!; e < start[user + 1]!; e++) if (value[e]! > 0) liked++;
    if (liked > most) users.push(user);
  }
  return users;
}

/**
 * The interactions with no more than `most` likes of a user, for the counting of pairs, which costs the square of a
 * history. The latest stay; of those of one time, and where there are no times, a choice that looks like chance: items
 * are numbered as they first occur, and to keep the last numbers would keep the rare ones. Likes that go become 0, "had".
 *
 * @param times by entry, NaN unknown: such entries go first.
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
    const length = start[user + 1]! - start[user]!;
    const liked = Uint32Array.from({ length }, (_, k) => start[user]! + k).filter((e) => value[e]! > 0);
    const chance = (e: number) => hashOf(most, user, index[e]!);
    liked.sort((a, b) => (when(a) === when(b) ? chance(a) - chance(b) || a - b : when(a) < when(b) ? 1 : -1));
    for (const e of liked.subarray(most)) value[e] = 0;
  }
  return { ...interactions, value };
}
