import type { Numbers } from '../events/columns.js';
import type { Events } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { badData } from '../failure.js';
import { forEachChunk } from '../matrix/chunks.js';
import { float32s, float64s, release } from '../matrix/memory.js';
import { meanRating, weighted, weightStrength } from '../model/strength.js';
import type { InteractionsReport, LearnedStrengths } from './dataset.js';
import type { EvidenceRules } from './evidence-rules.js';
import { latestTimes } from './interaction-order.js';
import type { Interactions } from './interactions.js';
import { type CopiedRows, findCopies } from './oddities/copied-rows.js';
import { type Pairs, pairsOf, withoutEarlier } from './pairs.js';
import {
  readStrengths,
  type StrengthColumn,
  type StrengthOptions,
  strengthsAsLearned,
} from './strengths/strength-column.js';
import { type Duplicates, defaultDuplicates, strengthsOf } from './strengths/strength-rule.js';

/** Interactions ready for learning: users × items, values from `strengthsOf`. */
export interface AggregatedEvents extends Interactions, Pick<StrengthColumn, 'notes' | 'warnings'> {
  report: InteractionsReport;
  copied: CopiedRows;
}

/** The file and the line of a row. */
export type PlaceOf = (row: number) => { path: string; line: number };

/** How the rows of an events file become interactions. */
export interface Aggregation extends StrengthOptions {
  /** Undefined: the default for the kind of strength. */
  duplicates: Duplicates | undefined;
  /** The meaning of strengths in the data of the saved model that will score these events. It overrides what the events look like. */
  learned?: LearnedStrengths | undefined;
  /** Rows before `since` give way to later ones of their pair. */
  evidence?: EvidenceRules | undefined;
}

/**
 * Merges the rows of each user and item into one interaction.
 *
 * @param events their columns of users and items are emptied, so that a large file is not in memory twice; the other columns are
 *   sorted by user and item.
 * @param ratingName the header of the rating column. @param fileRows how many rows each file, or each part of a file, has, where copies are to be found.
 * @throws Failure 65 for the first repeated pair under `error`.
 */
export function aggregateEvents(
  events: Events,
  { users, items }: Ids,
  { duplicates, learned, evidence, ...wish }: Aggregation,
  ratingName: string,
  placeOf: PlaceOf,
  fileRows: readonly number[] = [],
): AggregatedEvents {
  const { weight } = events;
  const strength = learned?.hasStrength === false ? undefined : events.strength;
  const read = learned ? strengthsAsLearned(strength, ratingName, learned) : readStrengths(strength, ratingName, wish);
  const { rule, unrated, missing, notes, warnings } = read;
  const way = learned?.duplicates ?? duplicates ?? defaultDuplicates(rule.kind);
  const all = pairsOf(events.user.values, events.item.values, users.size, items.size, way !== 'error');
  if (way === 'error') refuseRepeats(events, all, { users, items }, placeOf);
  const pairs = sincePairs(all, events, evidence?.since);
  const count = pairs.order.length;
  events.user.clear();
  events.item.clear();
  if (!pairs.inOrder) for (const column of [strength, weight, events.time]) column?.pick(pairs.order);
  const { time, timeColumn } = events;
  const times = time && timeColumn && latestTimes(pairs, time.numbers, timeColumn.scale);
  const stated = strength?.numbers;
  const weights = weight?.numbers;
  const order = way === 'last' || way === 'first' ? time?.numbers : undefined;
  const columns = { strength: stated, weight: weights, time: time?.numbers, scale: timeColumn?.scale ?? 1 };
  const copied = findCopies(pairs, columns, fileRows, evidence?.since);
  const value = rule.kind === 'count' ? counted(count, stated, weights) : stated;
  const aggregated = {
    rows: users.size,
    columns: items.size,
    start: pairs.start,
    index: pairs.index,
    value: aggregatedValues(pairs, way, value, order),
  };
  // Counts were multiplied by their weights above. With ratings, the weights of a pair are added up separately.
  const sums =
    weights && rule.kind !== 'count'
      ? aggregatedValues(pairs, 'sum', inOrderOfTime(pairs, order, weights), undefined)
      : undefined;
  release(pairs.rows);
  release(pairs.order);
  const mean = learned?.meanRating ?? (rule.kind === 'scale' ? meanRating(aggregated.value) : 0);
  const strengths = () => {
    if (sums) return weighted(strengthsOf(aggregated, rule, mean), sums);
    return weights ? aggregated.value.map(weightStrength) : strengthsOf(aggregated, rule, mean);
  };
  return {
    interactions: { ...aggregated, value: strengths() },
    rated: rule.kind === 'scale' ? { rating: aggregated.value, weight: sums, span: rule.high - rule.low } : undefined,
    times,
    report: {
      column: events.strength ? ratingName : null,
      rule,
      unrated,
      hasStrength: events.strength !== undefined,
      duplicates: way,
      meanRating: mean,
      repeated: count - aggregated.index.length,
      withoutStrength: missing,
    },
    notes,
    warnings,
    copied,
  };
}

function sincePairs(pairs: Pairs, { time, timeColumn }: Events, since: number | undefined): Pairs {
  if (since === undefined || !time || !timeColumn) return pairs;
  const { values, none } = time.numbers;
  const { scale } = timeColumn;
  return withoutEarlier(pairs, (row) => values[row] !== none && values[row]! < since * scale);
}

/** The count of each row; a row without a number counts as 1. */
function counted(count: number, stated: Numbers | undefined, weights: Numbers | undefined): Numbers {
  if (!stated) return weights ?? { values: float32s(count).fill(1), none: Number.NaN };
  const { values, none } = stated;
  const counts = float64s(count);
  forEachChunk(count, (from, to) => {
    for (let row = from; row < to; row++) {
      const value = values[row]!;
      const number = value === none || Number.isNaN(value) ? 1 : value;
      counts[row] = weights ? times(weights.values[row]!, number) : number;
    }
  });
  return { values: counts, none: Number.NaN };
}

/** A return with quantity -2 means the same as a return with quantity 2. */
function times(weight: number, number: number): number {
  return weight * (weight < 0 ? Math.abs(number) : number);
}

/**
 * Combines the values of each pair's rows into one; NaN if no row has a value.
 *
 * @param numbers the values of the rows, in the order of the pairs. @param time the times that order the rows for `first` and `last`;
 *   undefined: they are in order already.
 */
function aggregatedValues(
  { index, rows }: Pairs,
  way: Duplicates,
  numbers: Numbers | undefined,
  time: Numbers | undefined,
): Float32Array {
  const aggregated = float32s(index.length);
  if (!numbers) return aggregated.fill(Number.NaN);
  const { values, none } = numbers;
  // The common case: no pair is repeated, and missing numbers are NaN already.
  const isOnce = index.length === values.length;
  if (isOnce && Number.isNaN(none)) {
    aggregated.set(values);
    return aggregated;
  }
  forEachChunk(aggregated.length, (first, end) => {
    for (let entry = first; entry < end; entry++) {
      const from = rows[entry]!;
      const value = values[from]!;
      if (rows[entry + 1]! === from + 1) aggregated[entry] = value === none ? Number.NaN : value;
      else aggregated[entry] = aggregate(from, rows[entry + 1]!, way, numbers, time);
    }
  });
  return aggregated;
}

/** Combines the values `from` to `to` (without it) into one. Values that are missing are ignored; NaN if all are. */
function aggregate(
  from: number,
  to: number,
  way: Duplicates,
  { values, none }: Numbers,
  time: Numbers | undefined,
): number {
  let aggregated = Number.NaN;
  let at = Number.NaN;
  for (let place = from; place < to; place++) {
    const v = values[place]!;
    if (v === none || Number.isNaN(v)) continue;
    const t = time ? timeAt(time, place) : 0;
    if (Number.isNaN(aggregated)) {
      aggregated = v;
      at = t;
    } else if (way === 'max') {
      aggregated = Math.max(aggregated, v);
    } else if (way === 'sum') {
      aggregated += v;
    } else if (way === 'last' ? t >= at : t < at) {
      aggregated = v;
      at = t;
    }
  }
  return aggregated;
}

/** A row without a time comes before all others. */
function timeAt({ values, none }: Numbers, place: number): number {
  const t = values[place]!;
  return t === none || Number.isNaN(t) ? Number.NEGATIVE_INFINITY : t;
}

/** Sorts the numbers of each pair by time: for `first` and `last`, fractional weights are added in this order, which decides rounding. */
function inOrderOfTime({ index, rows, order }: Pairs, time: Numbers | undefined, numbers: Numbers): Numbers {
  if (!time || index.length === order.length) return numbers;
  const values = numbers.values.slice();
  for (let entry = 0; entry < index.length; entry++) {
    const [from, to] = [rows[entry]!, rows[entry + 1]!];
    if (to === from + 1) continue;
    const places = Array.from({ length: to - from }, (_, k) => from + k);
    // Not s - t: both times may be -Infinity.
    places.sort((a, b) => {
      const [s, t] = [timeAt(time, a), timeAt(time, b)];
      return s === t ? a - b : s < t ? -1 : 1;
    });
    places.forEach((place, k) => {
      values[from + k] = numbers.values[place]!;
    });
  }
  return { ...numbers, values };
}

function refuseRepeats(
  { user, item }: Events,
  { index, rows, order }: Pairs,
  { users, items }: Ids,
  placeOf: PlaceOf,
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
  const [userId, itemId] = [users.textOf(user.values[first]!), items.textOf(item.values[first]!)];
  const [place, earlier] = [placeOf(first), placeOf(before)];
  const other = earlier.path === place.path ? `line ${earlier.line}` : `${earlier.path}:${earlier.line}`;
  throw badData(
    `${place.path}:${place.line}: user ${JSON.stringify(userId)} and item ${JSON.stringify(itemId)} are already on ${other} (--duplicates error)`,
  );
}
