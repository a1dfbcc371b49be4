import { ExitCode, Failure } from '../failure.js';
import { type Fold, type SparseRows, sparseFromEntries } from '../model/sparse.js';
import { type Rated, weighted, weightStrength } from '../model/strength.js';
import type { Events } from './events.js';
import { latestTimes, type TimedRows } from './latest.js';
import { strengthsOf } from './meaning.js';
import { type Duplicates, defaultDuplicates, type Ratings, type StrengthRule, strengthRule } from './strengths.js';

/** Interactions ready to learn from: users × items, values as `strengthsOf` gives them. */
export interface Interactions extends TimedRows {
  /** Where the values are ratings. */
  rated: Rated | undefined;
  rule: StrengthRule;
  duplicates: Duplicates;
  /** Rows that were folded into another of the same user and item. */
  repeated: number;
  withoutStrength: number;
}

/** How the rows of an events file become interactions. */
export interface Folding {
  /** Undefined: by the kind of strength. */
  duplicates: Duplicates | undefined;
  ratings: Ratings;
}

/**
 * Folds the rows of one (user, item) into one interaction.
 *
 * @throws Failure 65 for the first repeated pair under `error`.
 */
export function foldEvents(
  path: string,
  events: Events,
  users: readonly string[],
  items: readonly string[],
  { duplicates, ratings }: Folding,
): Interactions {
  const count = events.user.length;
  const stated = events.strength?.values ?? new Float64Array(count).fill(Number.NaN);
  const rule = strengthRule(stated, ratings);
  const way = duplicates ?? defaultDuplicates(rule.kind);
  const weights = events.weight?.values;
  // A row without a number is one more of a count, and says nothing against a rating.
  const value =
    rule.kind === 'count' ? stated.map((v, row) => (Number.isNaN(v) ? 1 : v) * (weights?.[row] ?? 1)) : stated;
  const order = orderOf(events, way);
  const pick = (column: Float64Array) => (order ? Float64Array.from(order, (row) => column[row]!) : column);
  const user = pick(events.user.values);
  const item = pick(events.item.values);

  if (way === 'error') refuseRepeats(path, events, users, items);
  const cells = (column: Float64Array, one?: Fold) =>
    sparseFromEntries(users.length, items.length, user, item, pick(column), count, one);
  const folded = cells(value, (values) => fold(values, way));
  // Counts were multiplied by their weights; beside ratings the weights of a pair add up to a strength of their own.
  const weight = weights && rule.kind !== 'count' ? cells(weights).value : undefined;
  const strengths = () => {
    if (weight) return weighted(strengthsOf(folded, rule), weight);
    return weights ? folded.value.map(weightStrength) : strengthsOf(folded, rule);
  };
  return {
    matrix: { ...folded, value: strengths() },
    rated: rule.kind === 'scale' ? { rating: folded.value, weight, span: rule.high - rule.low } : undefined,
    times: secondsOf(events, folded),
    rule,
    duplicates: way,
    repeated: count - folded.index.length,
    withoutStrength: events.strength ? stated.reduce((total, v) => total + (Number.isNaN(v) ? 1 : 0), 0) : 0,
  };
}

/**
 * When each pair was, in seconds; within a second the order of the rows tells, since exports are written as things happen
 * (the lines of an invoice, the day of a date). So what a user did k-th in a second is ½ k / (k + 1) later, which
 * nothing that came after it can change.
 */
function secondsOf(events: Events, folded: SparseRows): Float64Array | undefined {
  const { user, item, time, timeColumn } = events;
  if (!time || !timeColumn) return undefined;
  const rows = time.length;
  const inOrder = time.values.map((value, row) => Math.floor(timeColumn.seconds(value)) + row / (2 * rows));
  const latest = latestTimes(folded, user.values, item.values, inOrder);
  if (latest)
    for (let row = 0; row < folded.rows; row++) setApart(latest.subarray(folded.start[row]!, folded.start[row + 1]!));
  return latest;
}

function setApart(times: Float64Array): void {
  const known = Uint32Array.from(times.keys()).filter((entry) => !Number.isNaN(times[entry]!));
  let second = Number.NaN;
  let before = 0;
  for (const entry of known.sort((a, b) => times[a]! - times[b]!)) {
    const whole = Math.floor(times[entry]!);
    before = whole === second ? before + 1 : 0;
    second = whole;
    times[entry] = whole + before / (2 * (before + 1));
  }
}

/** One value of several, of those that are numbers where any is. */
function fold(all: readonly number[], way: Duplicates): number {
  const values = all.filter((value) => !Number.isNaN(value));
  if (values.length === 0) return Number.NaN;
  switch (way) {
    case 'first':
      return values[0]!;
    case 'last':
      return values[values.length - 1]!;
    case 'max':
      return values.reduce((a, b) => Math.max(a, b));
    default:
      return values.reduce((a, b) => a + b);
  }
}

/** Rows by time where that decides something: a row without a time comes before all others. */
function orderOf(events: Events, way: Duplicates): Uint32Array | undefined {
  if (!events.time || (way !== 'last' && way !== 'first')) return undefined;
  const time = events.time.values.map((t) => (Number.isNaN(t) ? Number.NEGATIVE_INFINITY : t));
  const order = Uint32Array.from({ length: time.length }, (_, row) => row);
  return order.sort((a, b) => (time[a] === time[b] ? a - b : time[a]! < time[b]! ? -1 : 1));
}

function refuseRepeats(path: string, events: Events, users: readonly string[], items: readonly string[]): void {
  const seen = new Map<number, number>();
  const line = events.line.values;
  for (let row = 0; row < line.length; row++) {
    const user = events.user.values[row]!;
    const item = events.item.values[row]!;
    const pair = user * items.length + item;
    const before = seen.get(pair);
    if (before !== undefined) {
      throw new Failure(
        ExitCode.badData,
        `${path}:${line[row]}: user ${JSON.stringify(users[user])} and item ${JSON.stringify(items[item])} stand together on line ${before} already (--duplicates error)`,
      );
    }
    seen.set(pair, line[row]!);
  }
}
