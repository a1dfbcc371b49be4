import { entriesWhere, type Interactions, withOwnStrengths } from '../dataset/interactions.js';
import { forEachChunk } from '../matrix/chunks.js';
import { hashOf, type SampleKeys, sampleKeys } from '../matrix/sampling.js';
import type { SparseRows } from '../matrix/sparse.js';
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

/** No pair of user and item is in both parts. */
export interface Parts {
  train: Interactions;
  /** The liked entries that were held out, values above 0 alone. */
  test: SparseRows;
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
 * under `time`: their entries from the moment on are in neither part. @throws RangeError for `last` and `time` without times.
 */
export function splitInteractions(all: Interactions, how: Holdout, keys: SampleKeys, users: number): Parts {
  const { interactions } = all;
  const tested = Math.min(users, interactions.rows);
  const isHeldOut =
    how.kind === 'time' ? heldOutByMoment(timesOf(all, how), how) : heldOutByUser(all, how, keys, tested);
  const endOfTested = interactions.start[tested]!;
  const isKept = isHeldOut.map((flag) => 1 - flag);
  const isTest = isHeldOut.map((flag, entry) => (entry < endOfTested && interactions.value[entry]! > 0 ? flag : 0));
  return {
    train: withOwnStrengths(entriesWhere(all, isKept)),
    test: entriesWhere({ interactions, times: undefined, rated: undefined }, isTest).interactions,
  };
}

/** How many of `count` entries are held out: at least one, and at least one stays. @param count ≥ 2. */
function heldOutCount(count: number, holdout: number): number {
  const wanted = holdout < 1 ? Math.round(holdout * count) : holdout;
  return Math.max(1, Math.min(wanted, count - 1));
}

/** By entry: 1 where it is held out. These are the last of each user's entries: by time for `last`, in random order for `random`. */
function heldOutByUser(all: Interactions, how: Holdout, keys: SampleKeys, users: number): Uint8Array {
  const { start, index } = all.interactions;
  const times = how.kind === 'last' ? timesOf(all, how) : undefined;
  const isHeldOut = new Uint8Array(index.length);
  const chance = new Uint32Array(index.length);
  const inOrder = (a: number, b: number) =>
    (times ? timeOrder(times[a]!, times[b]!) : 0) || chance[a]! - chance[b]! || a - b;
  const order = new Uint32Array(index.length);
  for (let user = 0; user < users; user++) {
    const from = start[user]!;
    const to = start[user + 1]!;
    if (to - from < 2) continue;
    for (let entry = from; entry < to; entry++) {
      chance[entry] = hashOf(how.seed, keys.users[user]!, keys.items[index[entry]!]!);
      order[entry] = entry;
    }
    order.subarray(from, to).sort(inOrder);
    for (let at = to - heldOutCount(to - from, how.holdout); at < to; at++) isHeldOut[order[at]!] = 1;
  }
  return isHeldOut;
}

/** Earlier first; unknown times come before all others. */
function timeOrder(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a - b;
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
