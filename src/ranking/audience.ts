import { inversePower, type Settings } from '../model/settings.js';
import { besides, emptyRows, joined, mapped, type SparseRows } from '../model/sparse.js';

/** The users to serve, as scoring reads them. */
export interface Audience {
  /** users × signals: everything known of a user, with its strength. */
  signals: SparseRows;
  /** users × items they are not offered: what they had, and what they excluded. */
  barred: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
}

/** What is known of all users. */
export interface Known {
  /** users × items, and by entry of it the times. */
  interactions: SparseRows;
  times: Float64Array | undefined;
  /** users × attribute values, users × groups, users × items. */
  preferences: SparseRows;
  groups: SparseRows;
  excluded: SparseRows;
  offered: Uint8Array;
}

/**
 * Whom to serve, and with what. What is stated by or known of a user gives way to a history of n items as 1 / (1 + n)²:
 * it stands in for what they do until that is known. (Stated tastes beside a history of a few items made the lists of the
 * restaurants' data worse at any fixed weight; countries helped Online Retail's new customers alone.)
 *
 * @param some takes the rows of those who are served, of any matrix whose rows are users.
 * @param hideHistory serves them as if they had none, though not with what they had.
 */
export function audienceOf(
  known: Known,
  some: (byUser: SparseRows) => SparseRows,
  { recency, groupWeight, coldGroupWeight }: Pick<Settings, 'recency' | 'groupWeight' | 'coldGroupWeight'>,
  { includeSeen, hideHistory = false }: { includeSeen: boolean; hideHistory?: boolean },
): Audience {
  const { interactions, times, preferences, groups, offered } = known;
  const had = some(interactions);
  const history = hideHistory ? emptyRows(had.rows, had.columns) : some(withRecency(interactions, times, recency));
  const excluded = some(known.excluded);
  const givenWay = (user: number) => 1 / (1 + history.start[user + 1]! - history.start[user]!) ** 2;
  return {
    signals: signalsOf(
      history,
      mapped(some(preferences), (value, user) => value * givenWay(user)),
      mapped(some(groups), (value, user) => value * (groupWeight + (coldGroupWeight - groupWeight) * givenWay(user))),
    ),
    barred: includeSeen ? excluded : joined([had, excluded], had.rows, had.columns),
    offered,
  };
}

/** Puts a user's history, preferences and groups into one row of signals, in the order of the model's rows. */
export function signalsOf(interactions: SparseRows, preferences: SparseRows, groups: SparseRows): SparseRows {
  return besides(interactions, preferences, groups);
}

/**
 * Histories in which the k-th latest item counts k^(-ρ) times its strength, evened out so that a history weighs in all
 * what it did. Items without a time come last, all alike.
 *
 * @param times by entry of the interactions, seconds; NaN unknown. @param recency ρ ≥ 0.
 */
export function withRecency(interactions: SparseRows, times: Float64Array | undefined, recency: number): SparseRows {
  if (!times || recency === 0) return interactions;
  const value = interactions.value.slice();
  for (let user = 0; user < interactions.rows; user++) {
    const from = interactions.start[user]!;
    const length = interactions.start[user + 1]! - from;
    const latest = latestFirst(times, from, length);
    const weight = new Float64Array(length);
    let place = 0;
    let total = 0;
    latest.forEach((e, at) => {
      if (at === 0 || ordered(times[e]!) !== ordered(times[latest[at - 1]!]!)) place = at + 1;
      weight[at] = inversePower(place, recency);
      total += weight[at]!;
    });
    latest.forEach((e, at) => {
      value[e] = (interactions.value[e]! * weight[at]! * length) / total;
    });
  }
  return { ...interactions, value };
}

/** The entries `from` on, latest first, those without a time last. */
function latestFirst(times: Float64Array, from: number, length: number): Uint32Array {
  const when = (e: number) => ordered(times[e]!);
  const entries = Uint32Array.from({ length }, (_, at) => from + at);
  return entries.sort((a, b) => (when(a) === when(b) ? a - b : when(a) < when(b) ? 1 : -1));
}

/** The time, as times are compared: an unknown one is before all others, and the same as another unknown one. */
function ordered(time: number): number {
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/** What each user costs to score: the cells of the rows that are added up, and a little for the rest. */
export function scoringCosts(audience: Audience, rowLength: Float64Array): Float64Array {
  const { signals } = audience;
  const costs = new Float64Array(signals.rows);
  for (let user = 0; user < signals.rows; user++) {
    let cells = 100;
    for (let e = signals.start[user]!; e < signals.start[user + 1]!; e++) cells += rowLength[signals.index[e]!]!;
    costs[user] = cells;
  }
  return costs;
}
