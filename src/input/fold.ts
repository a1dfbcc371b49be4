import { ExitCode, Failure } from '../failure.js';
import { float32s, letGo, uint32s } from '../memory.js';
import type { SparseRows } from '../model/sparse.js';
import { type Rated, weighted, weightStrength } from '../model/strength.js';
import type { Events } from './event-columns.js';
import { latestTimes, type TimedRows } from './latest.js';
import { strengthsOf } from './meaning.js';
import { type Pairs, pairsOf } from './pairs.js';
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

/** A number of each row, by its place in `Pairs.order`; NaN for none. */
type OfRow = (place: number) => number;

/**
 * Folds the rows of one (user, item) into one interaction.
 *
 * @param events lose their columns of users and items, so that a large file is not held twice; the rows of the others are put in
 *   order by user and item, to be looked at one after the other from then on.
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
  const { strength, weight } = events;
  const rule = strengthRule(strength, ratings);
  const way = duplicates ?? defaultDuplicates(rule.kind);
  const pairs = pairsOf(events.user.values, events.item.values, users.length, items.length, way !== 'error');
  if (way === 'error') refuseRepeats(path, events, pairs, users, items);
  events.user.clear();
  events.item.clear();
  for (const column of [strength, weight, events.time]) column?.reorder(pairs.order);
  const times = secondsOf(events, pairs);
  const stated: OfRow = strength ? (row) => strength.at(row) : () => Number.NaN;
  const weigh: OfRow | undefined = weight && ((row) => weight.at(row));
  const value = rule.kind === 'count' ? counted(stated, weigh) : stated;
  const folded = matrixOf(pairs, items.length, foldedValues(pairs, way, value, timesFor(events, way)));
  // Counts were multiplied by their weights; beside ratings the weights of a pair add up to a strength of their own.
  const sums =
    weigh && rule.kind !== 'count'
      ? foldedValues(pairs, 'sum', inOrderOfTime(pairs, timesFor(events, way), weigh), undefined)
      : undefined;
  letGo(pairs.rows);
  letGo(pairs.order);
  const strengths = () => {
    if (sums) return weighted(strengthsOf(folded, rule), sums);
    return weigh ? folded.value.map(weightStrength) : strengthsOf(folded, rule);
  };
  return {
    matrix: { ...folded, value: strengths() },
    rated: rule.kind === 'scale' ? { rating: folded.value, weight: sums, span: rule.high - rule.low } : undefined,
    times,
    rule,
    duplicates: way,
    repeated: count - folded.index.length,
    withoutStrength: strength?.missing ?? 0,
  };
}

/** A row without a number is one more of a count, and says nothing against a rating. */
function counted(stated: OfRow, weight: OfRow | undefined): OfRow {
  const number: OfRow = (row) => (Number.isNaN(stated(row)) ? 1 : stated(row));
  return weight ? (row) => number(row) * weight(row) : number;
}

function matrixOf({ start, index }: Pairs, columns: number, value: Float32Array): SparseRows {
  return { rows: start.length - 1, columns, start, index, value };
}

/** The values of each pair's rows as one. @param time what `first` and `last` go by; undefined: the order of the rows. */
function foldedValues({ index, rows }: Pairs, way: Duplicates, value: OfRow, time: OfRow | undefined) {
  const values = float32s(index.length);
  for (let entry = 0; entry < index.length; entry++) {
    const from = rows[entry]!;
    const to = rows[entry + 1]!;
    values[entry] = to === from + 1 ? value(from) : fold(from, to, way, value, time);
  }
  return values;
}

/** One value of the several from one place to another, of those that are numbers where any is. */
function fold(from: number, to: number, way: Duplicates, value: OfRow, time: OfRow | undefined): number {
  let folded = Number.NaN;
  let at = Number.NaN;
  for (let place = from; place < to; place++) {
    const v = value(place);
    if (Number.isNaN(v)) continue;
    const t = time ? time(place) : 0;
    if (Number.isNaN(folded)) {
      folded = v;
      at = t;
    } else if (way === 'max') {
      folded = Math.max(folded, v);
    } else if (way === 'sum' || way === 'error') {
      folded += v;
    } else if (way === 'last' ? t >= at : t < at) {
      folded = v;
      at = t;
    }
  }
  return folded;
}

/** What the rows of a pair go by where their order decides something: a row without a time comes before all others. */
function timesFor(events: Events, way: Duplicates): OfRow | undefined {
  const { time } = events;
  if (!time || (way !== 'last' && way !== 'first')) return undefined;
  return (place) => {
    const t = time.at(place);
    return Number.isNaN(t) ? Number.NEGATIVE_INFINITY : t;
  };
}

/** The same numbers, those of each pair by their times: a sum of weights that are no whole numbers goes by their order. */
function inOrderOfTime({ index, rows, order }: Pairs, time: OfRow | undefined, value: OfRow): OfRow {
  if (!time || index.length === order.length) return value;
  const places = uint32s(order.length);
  for (let place = 0; place < places.length; place++) places[place] = place;
  for (let entry = 0; entry < index.length; entry++) {
    const own = places.subarray(rows[entry]!, rows[entry + 1]!);
    if (own.length > 1) own.sort((a, b) => (time(a) === time(b) ? a - b : time(a) < time(b) ? -1 : 1));
  }
  return (place) => value(places[place]!);
}

function secondsOf({ time, timeColumn }: Events, pairs: Pairs): Float64Array | undefined {
  if (!time || !timeColumn) return undefined;
  const scale = timeColumn.scale;
  return latestTimes(pairs, (place) => time.at(place) / scale);
}

function refuseRepeats(
  path: string,
  { user, item, line }: Events,
  { index, rows, order }: Pairs,
  users: readonly string[],
  items: readonly string[],
): void {
  let first = order.length;
  let before = 0;
  for (let entry = 0; entry < index.length; entry++) {
    const from = rows[entry]!;
    if (rows[entry + 1]! > from + 1 && order[from + 1]! < first) {
      first = order[from + 1]!;
      before = order[from]!;
    }
  }
  if (first === order.length) return;
  const [who, what] = [users[user.values[first]!], items[item.values[first]!]];
  throw new Failure(
    ExitCode.badData,
    `${path}:${line.at(first)}: user ${JSON.stringify(who)} and item ${JSON.stringify(what)} stand together on line ${line.at(before)} already (--duplicates error)`,
  );
}
