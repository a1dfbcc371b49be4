import { hashOf } from '../matrix/sampling.js';
import { mapped, type SparseRows } from '../matrix/sparse.js';
import { type Rated, rated } from '../model/strength.js';

/** What people did, and when. */
export interface TimedInteractions {
  /** users × items: above 0 liked, 0 had, below 0 disliked. */
  interactions: SparseRows;
  /** Seconds since 1970, one an entry of `interactions.index`; NaN where nobody knows. */
  times: Float64Array | undefined;
  /** What strengths were made of that are ratings. */
  rated?: Rated | undefined;
}

/** A number for each user and each item that does not go by their place; see `sampleKeys`. */
export interface LotKeys {
  users: Uint32Array;
  items: Uint32Array;
}

/** `last`: each user's latest. `random`: each user's by lot. `time`: everybody's from one moment on. */
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
  train: TimedInteractions;
  /** The liked entries that were held out, values above 0 alone. */
  test: SparseRows;
}

/**
 * Holds out a part of what people did, for learning on the rest to be judged by it.
 *
 * Under `last` and `random` a user with two entries or more gives up at least one and keeps at least one; a user with
 * a single one keeps it. What a user gives up depends on nothing but the seed, their key and their own entries.
 * Under `time` whoever came later has nothing left to be learned from, and entries without a time stay.
 *
 * Strengths of what stays that are ratings are made anew, by the means of what stays: else they would tell of the rest.
 *
 * A held-out entry that was not liked (disliked, or had and returned) is in neither part: it is nothing to be found,
 * and who keeps it would know from the future what not to offer.
 *
 * @param users only users below this index are tested. The others keep everything, except under `time`: what they did
 *   from the moment on is in neither part.
 * @throws RangeError for `last` and `time` without times.
 */
export function splitInteractions(seen: TimedInteractions, how: Holdout, keys: LotKeys, users: number): Parts {
  const { interactions } = seen;
  const tested = Math.min(users, interactions.rows);
  const isHeldOut =
    how.kind === 'time' ? heldOutByMoment(timesOf(seen, how), how) : heldOutByUser(seen, how, keys, tested);
  const endOfTested = interactions.start[tested]!;
  const stays = new Uint8Array(isHeldOut.length);
  const isTest = new Uint8Array(isHeldOut.length);
  for (let entry = 0; entry < isHeldOut.length; entry++) {
    if (isHeldOut[entry] === 0) stays[entry] = 1;
    else if (entry < endOfTested && interactions.value[entry]! > 0) isTest[entry] = 1;
  }
  return { train: seenWhere(seen, stays), test: entriesWhere(interactions, isTest) };
}

/** How many of `count` entries are held out: at least one, and at least one stays. @param count ≥ 2. */
function heldOutCount(count: number, holdout: number): number {
  const wanted = holdout < 1 ? Math.round(holdout * count) : holdout;
  return Math.max(1, Math.min(wanted, count - 1));
}

/** By entry: 1 where it is held out; the last of each user's entries in the order of the kind. */
function heldOutByUser(seen: TimedInteractions, how: Holdout, keys: LotKeys, users: number): Uint8Array {
  const { start, index } = seen.interactions;
  const isHeldOut = new Uint8Array(index.length);
  const lot = new Uint32Array(index.length);
  for (let user = 0; user < users; user++) {
    for (let e = start[user]!; e < start[user + 1]!; e++)
      lot[e] = hashOf(how.seed, keys.users[user]!, keys.items[index[e]!]!);
  }
  const byLot = (a: number, b: number) => lot[a]! - lot[b]! || a - b;
  const times = how.kind === 'last' ? timesOf(seen, how) : undefined;
  const inOrder = times ? (a: number, b: number) => timeOrder(times[a]!, times[b]!) || byLot(a, b) : byLot;
  const order = new Uint32Array(index.length);
  for (let entry = 0; entry < order.length; entry++) order[entry] = entry;
  for (let user = 0; user < users; user++) {
    const count = start[user + 1]! - start[user]!;
    if (count < 2) continue;
    const own = order.subarray(start[user]!, start[user + 1]!).sort(inOrder);
    for (let at = count - heldOutCount(count, how.holdout); at < count; at++) isHeldOut[own[at]!] = 1;
  }
  return isHeldOut;
}

/** Earlier first; no time comes before all times. */
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

/**
 * The moment from which on the wanted number of entries is held out; more where several share it, since one moment is
 * not cut in two. Where that would leave nothing before it, the next moment; where there is none, never.
 */
function momentOf(times: Float64Array, holdout: number): number {
  const known = times.filter((time) => !Number.isNaN(time)).sort();
  if (known.length < 2) return Number.POSITIVE_INFINITY;
  const first = known[0]!;
  const moment = known[known.length - heldOutCount(known.length, holdout)]!;
  if (moment > first) return moment;
  return known.find((time) => time > first) ?? Number.POSITIVE_INFINITY;
}

function timesOf({ times }: TimedInteractions, { kind }: Holdout): Float64Array {
  if (times) return times;
  throw new RangeError(`nothing has a time to be split by ("${kind}")`);
}

function entriesWhere(matrix: SparseRows, wanted: Uint8Array): SparseRows {
  return mapped(matrix, (value, _row, _column, entry) => (wanted[entry] === 1 ? value : undefined));
}

function seenWhere({ interactions, times, rated: made }: TimedInteractions, wanted: Uint8Array): TimedInteractions {
  const kept = entriesWhere(interactions, wanted);
  const count = kept.index.length;
  const besides = made && {
    rating: where(made.rating, wanted, new Float32Array(count)),
    weight: made.weight && where(made.weight, wanted, new Float32Array(count)),
    span: made.span,
  };
  return {
    interactions: besides ? { ...kept, value: rated(kept, besides) } : kept,
    times: times && where(times, wanted, new Float64Array(count)),
    rated: besides,
  };
}

/** What stands beside the wanted entries, put into `kept`. */
function where<T extends Float32Array | Float64Array>(beside: T, wanted: Uint8Array, kept: T): T {
  let filled = 0;
  for (let entry = 0; entry < beside.length; entry++) if (wanted[entry] === 1) kept[filled++] = beside[entry]!;
  return kept;
}
