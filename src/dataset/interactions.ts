import { joined } from '../matrix/combined.js';
import { gather } from '../matrix/gathered.js';
import { entryOf, pickedRows, type SparseRows } from '../matrix/sparse.js';
import { type Rated, rated as strengthsOf } from '../model/strength.js';

/**
 * What users did, with further columns of one number per entry. All such columns belong here, and `entriesAt` picks from them: since every
 * split goes through this file, no column can leak held-out entries.
 */
export interface Interactions {
  /** users × items: above 0 liked, 0 had, below 0 disliked. */
  interactions: SparseRows;
  /** By entry: the time of the pair's latest row, in seconds since 1970, NaN where unknown; undefined: all unknown. */
  times: Float64Array | undefined;
  /** By entry: the ratings that strengths were made of; undefined: there are none. */
  rated: Rated | undefined;
}

/** The entries with this flag. @param flags by entry. */
export function entriesWhere(all: Interactions, flags: Uint8Array, flag = 1): Interactions {
  const { rows, start } = all.interactions;
  const starts = new Uint32Array(rows + 1);
  const entries = new Uint32Array(flags.length);
  let filled = 0;
  const keep = (from: number, to: number) => {
    let count = filled;
    for (let entry = from; entry < to; entry++) if (flags[entry] === flag) entries[count++] = entry;
    filled = count;
  };
  for (let row = 0; row < rows; row++) {
    keep(start[row]!, start[row + 1]!);
    starts[row + 1] = filled;
  }
  return entriesAt(all, starts, entries.subarray(0, filled));
}

/** A part of the interactions, with its strengths computed again from the mean ratings of this part alone. */
export function withOwnStrengths(part: Interactions): Interactions {
  const { interactions, rated } = part;
  return rated ? { ...part, interactions: { ...interactions, value: strengthsOf(interactions, rated) } } : part;
}

/** The entries of some users, in the order they are named. */
export function entriesOfUsers(all: Interactions, users: Uint32Array): Interactions {
  const { start } = all.interactions;
  const starts = new Uint32Array(users.length + 1);
  users.forEach((user, row) => {
    starts[row + 1] = starts[row]! + start[user + 1]! - start[user]!;
  });
  const entries = new Uint32Array(starts[users.length]!);
  users.forEach((user, row) => {
    for (let at = starts[row]!, entry = start[user]!; at < starts[row + 1]!; at++, entry++) entries[at] = entry;
  });
  return entriesAt(all, starts, entries);
}

/** What users did, and what else is known about them: a row for each user. */
export interface UserRows extends Interactions, Record<'excluded' | 'preferences' | 'groups', SparseRows> {}

/** The rows of some users, in the order they are named. */
export function rowsOfUsers(all: UserRows, users: Uint32Array): UserRows {
  const picked = (byUser: SparseRows) => pickedRows(byUser, users);
  return {
    ...entriesOfUsers(all, users),
    excluded: picked(all.excluded),
    preferences: picked(all.preferences),
    groups: picked(all.groups),
  };
}

/** @param starts where each new row begins among the entries. */
function entriesAt(
  { interactions, times, rated }: Interactions,
  starts: Uint32Array,
  entries: Uint32Array,
): Interactions {
  const { columns, index, value } = interactions;
  const count = entries.length;
  return {
    interactions: {
      rows: starts.length - 1,
      columns,
      start: starts,
      index: gather(index, entries, new Uint32Array(count)),
      value: gather(value, entries, new Float32Array(count)),
    },
    times: times && gather(times, entries, new Float64Array(count)),
    rated: rated && {
      rating: gather(rated.rating, entries, new Float32Array(count)),
      weight: rated.weight && gather(rated.weight, entries, new Float32Array(count)),
      span: rated.span,
      mean: rated.mean,
    },
  };
}

/**
 * The interactions of several files together: the last file's strength and the latest known time stand where several have a cell. Ratings are
 * those of the first file that has any; a cell that was put together from several files has no rating, so its strength stays as it is.
 */
export function joinedInteractions(parts: readonly Interactions[], users: number, items: number): Interactions {
  const interactions = joined(
    parts.map((part) => part.interactions),
    users,
    items,
  );
  const same = parts.find((part) => part.interactions === interactions);
  if (same) return same;
  const cells = interactions.index.length;
  const times = parts.some((part) => part.times) ? new Float64Array(cells).fill(Number.NaN) : undefined;
  const own = parts.find((part) => part.rated)?.rated;
  const rated = own && {
    rating: new Float32Array(cells).fill(Number.NaN),
    weight: own.weight && new Float32Array(cells),
    span: own.span,
  };
  for (const part of parts) {
    const { rows, start, index, value } = part.interactions;
    for (let user = 0; user < rows; user++) {
      for (let e = start[user]!; e < start[user + 1]!; e++) {
        const entry = entryOf(interactions, user, index[e]!);
        const time = part.times?.[e] ?? Number.NaN;
        // Not `<`: that is false beside the NaN of a cell without a time yet.
        if (times && !Number.isNaN(time) && !(times[entry]! >= time)) times[entry] = time;
        if (!rated || part.rated !== own || interactions.value[entry] !== value[e]) continue;
        rated.rating[entry] = own.rating[e]!;
        if (own.weight && rated.weight) rated.weight[entry] = own.weight[e]!;
      }
    }
  }
  return { interactions, times, rated };
}
