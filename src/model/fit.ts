import { PlainSums, type SumsOf } from '../kernels/sums.js';
import { PlainSystems, type SystemsOf } from '../kernels/systems.js';
import { RowWriter } from '../matrix/row-writer.js';
import type { SparseRows } from '../matrix/sparse.js';
import { CooccurrenceRows } from './cooccurrence.js';
import { EaseRows, easeCosts } from './ease.js';
import type { Evidence } from './evidence.js';
import { GramRows, gramCosts } from './gram.js';
import { GroupRows, groupCosts } from './groups.js';
import { writePreferenceRow } from './preferences.js';
import { type CountedRows, RidgeRows, ridgeCosts } from './ridge.js';
import type { Settings } from './settings.js';

/**
 * The signals, that is the rows of the model, in their order: items, then attribute values (as preferences), then
 * groups of users.
 */
export interface SignalCounts {
  items: number;
  preferences: number;
  groups: number;
}

export function signalCounts(evidence: Evidence): SignalCounts {
  return { items: evidence.items, preferences: evidence.itemsByAttribute.rows, groups: evidence.usersByGroup.rows };
}

/** The two inner loops, each with its own way to lay out what it reads. */
export interface Kernel {
  sumsOf: SumsOf;
  systemsOf: SystemsOf;
}

/** The inner loops in plain arrays. A compiled kernel has to give the same bits. */
export const PLAIN_KERNEL: Kernel = {
  sumsOf: (entries, most) => new PlainSums(entries, most),
  systemsOf: (source, most) => new PlainSystems(source, most),
};

/** True where rows of the Gram matrix have to be there before the rows of the model can be learned. */
export function needsGram(settings: Settings): boolean {
  return settings.method === 'ridge';
}

/** What each row costs to learn, in additions, by signal. */
export function fitCosts(evidence: Evidence, settings: Settings): Float64Array {
  const { itemsByAttribute } = evidence;
  const preferences = Float64Array.from(
    { length: itemsByAttribute.rows },
    (_, value) => 1 + itemsByAttribute.start[value + 1]! - itemsByAttribute.start[value]!,
  );
  const parts = [itemCosts(evidence, settings), preferences, groupCosts(evidence)];
  const costs = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    costs.set(part, at);
    at += part.length;
  }
  return costs;
}

function itemCosts(evidence: Evidence, settings: Settings): Float64Array {
  switch (settings.method) {
    case 'ridge':
      return ridgeCosts(evidence.items, settings);
    case 'ease':
      return easeCosts(evidence.items);
    case 'none':
      return new Float64Array(evidence.items).fill(1);
    default:
      return gramCosts(evidence);
  }
}

/** What is kept of the Gram matrix, for the rows `from` to `to` (without it). */
export function gramRows(
  evidence: Evidence,
  settings: Settings,
  kernel = PLAIN_KERNEL,
): (from: number, to: number) => { candidates: SparseRows; pairs: SparseRows } {
  const rows = new GramRows(evidence, settings, kernel.sumsOf);
  // Not the evidence itself: the sums have a copy of its baskets, and need not keep two.
  const { items } = evidence;
  return (from, to) => {
    const candidates = new RowWriter(to - from, items);
    const pairs = new RowWriter(to - from, items);
    for (let item = from; item < to; item++) {
      rows.write(item, candidates, pairs);
      candidates.endRow();
      pairs.endRow();
    }
    return { candidates: candidates.finish(), pairs: pairs.finish() };
  };
}

/** Rows of the model as they are learned, and what has to be known of all of them before they are finished. */
export interface LearnedRows {
  rows: SparseRows;
  /** P_i of the rows of items, 1 where the method has none; by row. */
  precision: Float64Array;
}

/** Learns rows of the model, each whole and by itself, so that no cut between shards shows in the answer. */
export class Fitter {
  readonly #evidence: Evidence;
  readonly #counts: SignalCounts;
  readonly #writeItem: (item: number, out: RowWriter) => number;
  readonly #groups: GroupRows;

  /** @param counted what was counted of the Gram matrix, where `needsGram`. */
  constructor(evidence: Evidence, settings: Settings, counted?: CountedRows, kernel = PLAIN_KERNEL) {
    this.#evidence = evidence;
    this.#counts = signalCounts(evidence);
    this.#writeItem = itemWriter(evidence, settings, counted, kernel);
    this.#groups = new GroupRows(evidence, settings);
  }

  /** The rows of the signals `from` to `to` (without it). */
  rows(from: number, to: number): LearnedRows {
    const { items, preferences } = this.#counts;
    const out = new RowWriter(to - from, items);
    const precision = new Float64Array(to - from).fill(1);
    for (let signal = from; signal < to; signal++) {
      if (signal < items) precision[signal - from] = this.#writeItem(signal, out);
      else if (signal < items + preferences) writePreferenceRow(signal - items, this.#evidence, out);
      else this.#groups.write(signal - items - preferences, out);
      out.endRow();
    }
    return { rows: out.finish(), precision };
  }
}

function itemWriter(
  evidence: Evidence,
  settings: Settings,
  counted: CountedRows | undefined,
  { sumsOf, systemsOf }: Kernel,
): (item: number, out: RowWriter) => number {
  if (settings.method === 'none') return () => 1;
  if (settings.method === 'ridge') {
    if (!counted) throw new RangeError('the ridge takes its sub-matrices from rows of the Gram matrix');
    const ridge = new RidgeRows(evidence, settings, counted, systemsOf);
    return (item, out) => ridge.write(item, out);
  }
  if (settings.method === 'ease') {
    const ease = new EaseRows(evidence, settings);
    return (item, out) => ease.write(item, out);
  }
  const rows = new CooccurrenceRows(evidence, settings, sumsOf);
  return (item, out) => {
    rows.write(item, out);
    return 1;
  };
}
