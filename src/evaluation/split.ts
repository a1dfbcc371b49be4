import { entriesWhere, type Interactions, withOwnStrengths } from '../dataset/interactions.js';
import { timeOrder } from '../kernels/order.js';
import { forEachChunk } from '../matrix/chunks.js';
import { hashOf, type SampleKeys, sampleKeys } from '../matrix/sampling.js';
import { longestRow } from '../matrix/sparse.js';
import { span } from '../model/trend.js';

export function sampleKeysOf(ids: { userIds: readonly string[]; itemIds: readonly string[] }): SampleKeys {
  return { users: sampleKeys(ids.userIds), items: sampleKeys(ids.itemIds) };
}

/** What is held out. `last`: each user's latest entries. `random`: some of each user's. `time`: all users' entries from one moment on. */
export type HoldoutKind = 'last' | 'random' | 'time';

export interface Holdout {
  kind: HoldoutKind;
  /** A share in (0, 1), or a whole count ≥ 1: of each user's entries, or for `time` of all that have a time. */
  holdout: number;
  /** A whole number below 2³². Decides `random`, and `last` among entries of one time. */
  seed: number;
}

/**
 * Splits interactions into a part to learn from and a held-out part to evaluate on.
 *
 * Under `last` and `random` a user with two entries or more gives up at least one and keeps at least one; a user with a single one keeps
 * it. What a user gives up depends only on the seed, their key and their own entries. Under `time`, users who came after the moment have
 * nothing left to learn from, and entries without a time stay.
 *
 * Strengths that come from ratings are computed again from the remaining entries, since a user's mean rating over all entries would leak
 * the held-out ones.
 *
 * A held-out entry that was not liked (disliked, or had and returned) is in neither part: no list should find it, and learning from it
 * would leak from the future what not to offer. @param users only users below this index are tested. The others keep everything, except
 * under `time`: their entries from the moment on are in neither part.
 * @returns `train`, and `test`: the liked entries that were held out, values above 0 alone. No pair of user and item is in both. @throws RangeError for `last` and `time` without times.
 */
export function splitInteractions(all: Interactions, how: Holdout, keys: SampleKeys, users: number) {
  const { interactions } = all;
  const tested = Math.min(users, interactions.rows);
  const isHeldOut =
    how.kind === 'time' ? heldOutByMoment(timesOf(all, how), how) : heldOutByUser(all, how, keys, tested);
  const endOfTested = interactions.start[tested]!;
  const train = withOwnStrengths(entriesWhere(all, isHeldOut, 0));
  const { value } = interactions;
  forEachChunk(value.length, (from, to) => {
    for (let entry = from; entry < to; entry++) if (entry >= endOfTested || !(value[entry]! > 0)) isHeldOut[entry] = 0;
  });
  return { train, test: entriesWhere({ interactions, times: undefined, rated: undefined }, isHeldOut).interactions };
}

/** How many of `count` entries are held out: at least one, and at least one stays. @param count ≥ 2. */
function heldOutCount(count: number, holdout: number): number {
  const wanted = holdout < 1 ? Math.round(holdout * count) : holdout;
  return Math.max(1, Math.min(wanted, count - 1));
}

/** By entry: 1 where it is held out. These are the last of each user's entries: by time for `last`, in random order for `random`. */
function heldOutByUser(all: Interactions, how: Holdout, keys: SampleKeys, users: number): Uint8Array {
  const { interactions } = all;
  const { start, index } = interactions;
  // Without times, all of a user's entries are of one time.
  const times = how.kind === 'last' ? timesOf(all, how) : new Float64Array(index.length);
  const latestFirst = timeOrder(longestRow(interactions), index.length);
  const isHeldOut = new Uint8Array(index.length);
  const holdOut = (entry: number) => {
    isHeldOut[entry] = 1;
  };
  for (let user = 0; user < users; user++) {
    const [from, to] = [start[user]!, start[user + 1]!];
    if (to - from < 2) continue;
    const wanted = heldOutCount(to - from, how.holdout);
    const entries = latestFirst(times, from, to).map((place) => from + place);
    const last = times[entries[wanted - 1]!]!;
    const isLast = (entry: number) => times[entry] === last || (Number.isNaN(times[entry]!) && Number.isNaN(last));
    const begin = entries.findIndex(isLast);
    const tied = entries.subarray(begin, entries.findLastIndex(isLast) + 1);
    entries.subarray(0, begin).forEach(holdOut);
    if (tied.length === wanted - begin) {
      tied.forEach(holdOut);
      continue;
    }
    // Which entries of one time are held out is decided by chance.
    const chance = Float64Array.from(tied, (entry) => hashOf(how.seed, keys.users[user]!, keys.items[index[entry]!]!));
    const order = Array.from(tied.keys()).sort((a, b) => chance[b]! - chance[a]! || b - a);
    for (const at of order.slice(0, wanted - begin)) holdOut(tied[at]!);
  }
  return isHeldOut;
}

function heldOutByMoment(times: Float64Array, how: Holdout): Uint8Array {
  const moment = momentOf(times, how.holdout);
  const isHeldOut = new Uint8Array(times.length);
  // NaN is not after anything: entries without a time stay.
  for (let entry = 0; entry < times.length; entry++) if (times[entry]! >= moment) isHeldOut[entry] = 1;
  return isHeldOut;
}

/** Times are counted by this many equal parts of the time that they span, and only those of one part are sorted. */
const PARTS = 1 << 16;

/**
 * The moment from which on entries are held out: the wanted number of them, or more where several share the moment, since a moment is
 * not split. If that would leave no entry before it, the next moment; if there is none, Infinity.
 */
function momentOf(times: Float64Array, holdout: number): number {
  const { from, to } = span(times);
  const partOf = (time: number) => Math.floor((PARTS * (time - from)) / (to - from || 1));
  const counts = new Uint32Array(PARTS + 1);
  forEachChunk(times.length, (first, end) => {
    for (let entry = first; entry < end; entry++) if (!Number.isNaN(times[entry]!)) counts[partOf(times[entry]!)]!++;
  });
  const known = counts.reduce((sum, count) => sum + count, 0);
  if (known < 2) return Number.POSITIVE_INFINITY;
  let wanted = heldOutCount(known, holdout);
  let part = PARTS;
  while (wanted > counts[part]!) wanted -= counts[part--]!;
  const moment = times
    .filter((time) => partOf(time) === part)
    .sort()
    .at(-wanted)!;
  if (moment > from) return moment;
  return times.reduce((next, time) => (time > from && time < next ? time : next), Number.POSITIVE_INFINITY);
}

function timesOf({ times }: Interactions, { kind }: Holdout): Float64Array {
  if (times) return times;
  throw new RangeError(`the interactions have no times to split them by ("${kind}")`);
}
