import { timeOrder } from '../kernels/order.js';
import { sideBySide } from '../matrix/combined.js';
import { float32s } from '../matrix/memory.js';
import { emptyRows, longestRow, mapped, rowLength, type SparseRows } from '../matrix/sparse.js';
import type { Observations } from '../model/evidence.js';
import { inversePower, type Settings } from '../model/settings.js';

/** The users to serve, as scoring reads them. */
export interface Audience {
  /** users × signals: everything known about a user, with its strength. */
  signals: SparseRows;
  /** users × items that they had and must not get again; undefined: they may get all again. */
  had?: SparseRows | undefined;
  /** users × items that they must not get either, whether they had them or not. */
  excluded: SparseRows;
  /** users × the only items that may be recommended to them; undefined: all that are offered. */
  candidates?: SparseRows | undefined;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
}

/** What is known about all users. */
export interface UserData extends Omit<Observations, 'attributes'> {
  /** What users had, if that differs from the interactions. */
  had?: { interactions: SparseRows } | undefined;
  /** users × items that they must not get. */
  excluded: SparseRows;
}

/**
 * Builds the audience. Beside a history of n items, preferences and groups count 1 / (1 + n)²: they stand in for what users
 * do until that is known. (Beside a history of a few items, stated preferences made the lists of the
 * restaurants' data worse at any fixed weight, and countries helped only Online Retail's new customers.)
 *
 * If the model learned what follows items, the latest items of a history are signals of their own besides.
 *
 * @param some picks the rows of the users to serve from any matrix with a row for each user.
 * @param hideHistory serves them as if they had no history; what they had stays excluded.
 */
export function audienceOf(
  { interactions, times, had, preferences, groups, excluded, offered }: UserData,
  some: (byUser: SparseRows) => SparseRows,
  settings: Pick<Settings, 'recency' | 'popularityGrowth' | 'follow' | 'groupWeight' | 'coldGroupWeight'>,
  { includeSeen, hideHistory = false }: { includeSeen: boolean; hideHistory?: boolean },
): Audience {
  const { groupWeight, coldGroupWeight } = settings;
  const counting = some(withRecency(interactions, times, settings));
  const history = hideHistory ? emptyRows(counting.rows, counting.columns) : counting;
  const latest =
    times && settings.follow > 0 ? latestItems(interactions, times, settings) : emptyRows(interactions.rows, 0);
  const coldness = (user: number) => 1 / (1 + rowLength(history, user)) ** 2;
  return {
    // In the order of the model's rows.
    signals: sideBySide(
      history,
      mapped(some(preferences), (value, user) => value * coldness(user)),
      mapped(some(groups), (value, user) => value * (groupWeight + (coldGroupWeight - groupWeight) * coldness(user))),
      hideHistory ? emptyRows(history.rows, latest.columns) : some(latest),
    ),
    had: includeSeen ? undefined : some(had?.interactions ?? interactions),
    excluded: some(excluded),
    offered,
  };
}

/**
 * Histories in which the k-th latest item counts k^(-ρ) times its strength, scaled so that the weights of a history of n
 * items add up to n^(1 − θ): beside them popularity counts n^θ times as much, since users who had a lot want what is new.
 *
 * @param times by entry of the interactions, seconds; NaN unknown.
 */
export function withRecency(
  interactions: SparseRows,
  times: Float64Array | undefined,
  { recency, popularityGrowth }: Pick<Settings, 'recency' | 'popularityGrowth'>,
): SparseRows {
  if (!times || (recency === 0 && popularityGrowth === 0)) return interactions;
  return weighedByPlace(
    interactions,
    times,
    (k) => inversePower(k, recency),
    (n) => n * inversePower(n, popularityGrowth),
  );
}

/** This many of the latest items predict what comes next; the k-th counts k^-1.5. */
const LATEST = 10;
const LATEST_DECAY = 1.5;

/** The latest items of each history, with weights that add up to κ times those of the history. */
export function latestItems(
  interactions: SparseRows,
  times: Float64Array,
  { follow, popularityGrowth }: Pick<Settings, 'follow' | 'popularityGrowth'>,
): SparseRows {
  const weighed = weighedByPlace(
    interactions,
    times,
    (k) => (k <= LATEST ? inversePower(k, LATEST_DECAY) : 0),
    (n) => follow * n * inversePower(n, popularityGrowth),
  );
  return mapped(weighed, (weight) => (weight > 0 ? weight : undefined));
}

/**
 * Histories in which the k-th latest item counts `weightAt(k)` times its strength, scaled so that the weights of a history of
 * n items add up to `massOf(n)`. Items of one time share the first of their places; items without a time come last, all alike.
 */
function weighedByPlace(
  interactions: SparseRows,
  times: Float64Array,
  weightAt: (k: number) => number,
  massOf: (n: number) => number,
): SparseRows {
  const { rows, start, value } = interactions;
  const longest = longestRow(interactions);
  const weightOf = Float64Array.from({ length: longest + 1 }, (_, k) => (k === 0 ? 0 : weightAt(k)));
  const latestFirst = timeOrder(longest, value.length);
  const weight = new Float64Array(longest);
  const weighed = float32s(value.length);
  const weigh = (from: number, to: number) => {
    const order = latestFirst(times, from, to);
    const count = to - from;
    let before = 0;
    let total = 0;
    for (let k = 0; k < count; k++) {
      const time = times[from + order[k]!]!;
      const isSame = k > 0 && (time === before || (Number.isNaN(time) && Number.isNaN(before)));
      weight[k] = isSame ? weight[k - 1]! : weightOf[k + 1]!;
      total += weight[k]!;
      before = time;
    }
    const mass = massOf(count);
    for (let k = 0; k < count; k++) {
      const entry = from + order[k]!;
      weighed[entry] = (value[entry]! * weight[k]! * mass) / total;
    }
  };
  for (let user = 0; user < rows; user++) weigh(start[user]!, start[user + 1]!);
  return { ...interactions, value: weighed };
}

/**
 * What each user costs to score, about: the cells of the rows that are added up, and a little for the rest.
 * @param signals of each user. @param cellsPerRow of the model, on average (`meanLength`).
 */
export function scoringCosts(signals: Float64Array, cellsPerRow: number): Float64Array {
  return signals.map((count) => 100 + count * cellsPerRow);
}

/** The average length of the rows of a model that have cells; 0 if none has. */
export function meanLength(lengths: Float64Array): number {
  const filled = lengths.filter((length) => length > 0);
  return filled.length === 0 ? 0 : filled.reduce((total, length) => total + length, 0) / filled.length;
}
