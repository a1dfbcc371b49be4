import { type SignalCounts, signalCount } from '../model/signals.js';
import { type Reasons, SOURCES } from '../output/reason-cells.js';
import type { Offer } from './list-rules.js';
import { type List, Mark } from './list-rules.js';
import type { Model } from './model.js';
import type { Scores } from './scores.js';

const [HISTORY, PREFERENCES, GROUP, POPULAR] = [...SOURCES.keys()] as [number, number, number, number];
const OF_SCORES = POPULAR + 1;

/**
 * Splits the scores of lists into the parts that each signal of the user added.
 * @param count the most items of a list. @param named the most parts that are named, before the others.
 */
export function explainer({ counts, scales }: Omit<Model, 'rows'>, scores: Scores, count: number, named: number) {
  const most = Math.min(count, counts.items);
  const kept = named + 1;
  // By item: its place in the list.
  const placeOf = new Uint32Array(counts.items);
  // By item of the list and source.
  const bySource = new Float64Array(most * OF_SCORES);
  const reasons: Reasons = {
    kept,
    parts: new Uint32Array(most),
    cause: new Uint32Array(most * kept),
    amount: new Float64Array(most * kept),
    sum: new Float64Array(most),
    factor: new Float64Array(most).fill(1),
    source: new Uint8Array(most),
  };
  const { parts, cause, amount } = reasons;

  /** Counts a part, and keeps it if it is one of the largest. */
  const keep = (at: number, signal: number, part: number): void => {
    if (part === 0) return;
    const first = at * kept;
    let place = first + parts[at]!++;
    if (place >= first + kept) {
      place = first + kept - 1;
      if (part <= amount[place]!) return;
    }
    for (; place > first && amount[place - 1]! < part; place--) {
      amount[place] = amount[place - 1]!;
      cause[place] = cause[place - 1]!;
    }
    amount[place] = part;
    cause[place] = signal;
  };

  /** The source that added most, the first of equal ones; also sets the sum of all sources. */
  const largestSource = (at: number): number => {
    const from = at * OF_SCORES;
    let best = HISTORY;
    let sum = 0;
    for (let source = 0; source < OF_SCORES; source++) {
      sum += bySource[from + source]!;
      if (bySource[from + source]! > bySource[from + best]!) best = source;
    }
    reasons.sum[at] = sum;
    return best;
  };

  /** The reasons for a user's list; valid until the next call. @param factor by item: the factor of its score. */
  return (user: number, { items, marks }: List, factor: Offer['factor']): Reasons => {
    const { lowRank } = scores;
    const { signals, sums } = scores.termsOf(user);
    const { segments, wanted } = sums;
    for (let at = 0; at < items.length; at++) {
      placeOf[items[at]!] = at;
      wanted[items[at]!] = 1;
      parts[at] = 0;
    }
    bySource.fill(0, 0, items.length * OF_SCORES);
    for (let s = 0; s < segments.count; s++) {
      const weight = segments.weight[s]!;
      const signal = signals[s]!;
      const from = sourceOf(counts, signal);
      const { count: found, index, value } = sums.pick(segments.from[s]!, segments.to[s]!);
      const addPart = (at: number, part: number) => {
        bySource[at * OF_SCORES + from]! += part;
        // Most parts are not among the largest.
        if (parts[at]! >= kept && part <= amount[at * kept + kept - 1]! && part !== 0) parts[at]!++;
        else keep(at, signal, part);
      };
      if (lowRank && signal < counts.items) {
        const part = new Float64Array(items.length);
        const strength = lowRank.weightOf(signal, weight / scales.items);
        for (let at = 0; at < items.length; at++) part[at] = strength * lowRank.between(signal, items[at]!);
        for (let k = 0; k < found; k++) part[placeOf[index[k]!]!]! += weight * value[k]!;
        for (let at = 0; at < items.length; at++) addPart(at, part[at]!);
      } else for (let k = 0; k < found; k++) addPart(placeOf[index[k]!]!, weight * value[k]!);
    }
    const popularity = signalCount(counts);
    for (let at = 0; at < items.length; at++) {
      const item = items[at]!;
      wanted[item] = 0;
      bySource[at * OF_SCORES + POPULAR]! += scales.prior[item]!;
      keep(at, popularity, scales.prior[item]!);
      if (factor) reasons.factor[at] = factor[item]!;
      const largest = largestSource(at);
      // Rules that put items into lists are the last sources, in the order of their marks.
      const mark = marks?.[at] ?? Mark.byScore;
      reasons.source[at] = mark === Mark.byScore ? largest : POPULAR + mark;
    }
    return reasons;
  };
}

function sourceOf({ items, preferences, groups }: SignalCounts, signal: number): number {
  if (signal < items || signal >= items + preferences + groups) return HISTORY;
  return signal < items + preferences ? PREFERENCES : GROUP;
}
