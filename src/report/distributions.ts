import { dayText } from '../events/clock.js';
import { lastAtMost } from '../matrix/search.js';
import { countsOf, rowLengths, type SparseRows } from '../matrix/sparse.js';
import { thousands } from '../quantities.js';
import { aligned } from './item-table.js';

/** How many values are in each part of their range. */
export interface Distribution {
  /** "items a user has". */
  what: string;
  /** The parts of counts double: 1, 2, 3 to 4, 5 to 8; those of numbers and of dates (in s) are equally wide. */
  kind: 'counts' | 'numbers' | 'dates';
  parts: readonly number[];
  /** The names of the parts, where these are not equally wide parts from `low` to `high`. */
  labels?: readonly string[];
  low: number;
  high: number;
  median: number;
}

const PARTS = { numbers: 10, dates: 32 } as const;
/** Up to this many distinct values, each has a part of its own. */
const FEW = 12;

/** The distributions of histories, popularity, ratings and dates; empty ones are left out. */
export function distributionsOf(data: {
  interactions: SparseRows;
  /** Only the histories of users below this index. */
  served: number;
  times?: Float64Array | undefined;
  rated?: { rating: Float64Array | Float32Array } | undefined;
}): Distribution[] {
  const { interactions, served, times, rated } = data;
  return [
    distributionOf('items a user has', 'counts', rowLengths(interactions).subarray(0, served)),
    distributionOf('users an item has', 'counts', countsOf(interactions.index, interactions.columns)),
    distributionOf('ratings', 'numbers', rated?.rating ?? []),
    distributionOf('dates', 'dates', times ?? []),
  ].filter(({ parts }) => parts.length > 0);
}

/** @param values counts of 0 and values that are not finite are left out. */
export function distributionOf(what: string, kind: Distribution['kind'], values: ArrayLike<number>): Distribution {
  const least = kind === 'counts' ? 1 : Number.NEGATIVE_INFINITY;
  const known = Float64Array.from(values)
    .filter((value) => value >= least && Number.isFinite(value))
    .sort();
  const [low = 0, high = 0, median = 0] = [known[0], known.at(-1), known[known.length >> 1]];
  const named = { what, kind, low, high, median };
  if (known.length === 0) return { ...named, parts: [] };
  if (kind === 'counts') {
    const parts = byDoubling(known);
    return { ...named, parts, labels: parts.map((_, part) => doublingLabel(part)) };
  }
  const few = fewValues(known);
  if (!few) return { ...named, parts: byPart(known, low, high, PARTS[kind]) };
  return { ...named, parts: [...few.values()], labels: [...few.keys()].map(kind === 'dates' ? dayText : shortNumber) };
}

/** How often each value occurs; undefined where there are more than a few. @param rising values. */
function fewValues(rising: Float64Array): Map<number, number> | undefined {
  const counts = new Map<number, number>();
  for (let from = 0; from < rising.length; ) {
    const value = rising[from] ?? 0;
    const to = lastAtMost(rising, value) + 1;
    counts.set(value, to - from);
    if (counts.size > FEW) return undefined;
    from = to;
  }
  return counts;
}

/** How many of the values are 1, 2, 3 to 4, 5 to 8, and so on; values are 1 or more. */
export function byDoubling(values: Iterable<number>): number[] {
  const counts: number[] = [];
  for (const value of values) {
    const bucket = doublingPart(value);
    while (counts.length <= bucket) counts.push(0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** The index of the part (1, 2, 3 to 4, 5 to 8, and so on) that a count of 1 or more is in. */
export function doublingPart(count: number): number {
  return Math.ceil(Math.log2(count));
}

/** How many of the values are in each of `buckets` equal parts from `low` to `high`. */
export function byPart(values: Iterable<number>, low: number, high: number, buckets: number): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (const value of values) {
    const at = high > low ? Math.floor((buckets * (value - low)) / (high - low)) : 0;
    const bucket = Math.min(buckets - 1, at);
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** A part of counts that double: "1", "2", "3–4", "5–8". */
export function doublingLabel(part: number): string {
  const to = 2 ** part;
  const from = part === 0 ? 1 : to / 2 + 1;
  return from === to ? `${to}` : `${thousands(from)}–${thousands(to)}`;
}

/** "2 to 2,698, the median 71": the range, and except for dates the median. */
export function rangeText({ kind, low, high, median }: Distribution): string {
  const text = kind === 'dates' ? dayText : kind === 'counts' ? thousands : shortNumber;
  const range = low === high ? text(low) : `${text(low)} to ${text(high)}`;
  return kind === 'dates' ? range : `${range}, the median ${text(median)}`;
}

/** A number with at most four significant digits. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A line for each distribution. @param withBars adds a row of bars, for a terminal. */
export function distributionLines(distributions: readonly Distribution[], withBars: boolean): string[] {
  const rows = distributions.map((each) => [each.what, ...(withBars ? [bars(each.parts)] : []), rangeText(each)]);
  const lines = aligned(rows, 'l');
  if (!withBars || !distributions.some(({ kind }) => kind === 'counts')) return lines;
  return [...lines, 'Bars of items and users: 1, 2, up to 4, up to 8, and so on.'];
}

const HEIGHTS = '▁▂▃▄▅▆▇█';
const WIDTHS = ' ▏▎▍▌▋▊▉█';

/** Counts as a row of bars, one character each: a blank for 0, the tallest bar for the largest count. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(...counts) || 1;
  return counts
    .map((count) => (count === 0 ? ' ' : (HEIGHTS[Math.ceil((HEIGHTS.length * count) / most) - 1] ?? ' ')))
    .join('');
}

/** A share in [0, 1] as a horizontal bar, in eighths of a character. @param width of the share 1, in characters. */
export function horizontalBar(share: number, width: number): string {
  const eighths = Math.round(8 * width * share);
  return `${'█'.repeat(eighths >> 3)}${WIDTHS[eighths & 7]}`.trimEnd();
}
