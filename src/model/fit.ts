import type { Kernel } from '../kernels/kernel.js';
import { RowWriter } from '../matrix/row-writer.js';
import { rowLengths, type SparseRows } from '../matrix/sparse.js';
import { CooccurrenceRows } from './cooccurrence.js';
import type { CountedRows } from './counting.js';
import { EaseRows, easeCosts } from './ease.js';
import type { Evidence } from './evidence.js';
import { FollowRows, followCosts } from './follow.js';
import { gramCosts } from './gram.js';
import { GroupRows, groupCosts } from './groups.js';
import { writePreferenceRow } from './preferences.js';
import { RidgeRows, ridgeCosts } from './ridge.js';
import type { Settings } from './settings.js';
import { type SignalCounts, signalCount, signalCounts } from './signals.js';

/** What each row costs to learn, in additions, by signal. */
export function fitCosts(evidence: Evidence, settings: Settings): Float64Array {
  const counts = signalCounts(evidence);
  const { items, preferences, groups } = counts;
  const costs = new Float64Array(signalCount(counts));
  costs.set(itemCosts(evidence, settings));
  costs.set(
    rowLengths(evidence.itemsByAttribute).map((length) => 1 + length),
    items,
  );
  costs.set(groupCosts(evidence), items + preferences);
  costs.set(followCosts(evidence), items + preferences + groups);
  return costs;
}

function itemCosts(evidence: Evidence, settings: Settings): Float64Array {
  switch (settings.method) {
    case 'ridge':
      return ridgeCosts(evidence.items, settings);
    case 'ease':
      return easeCosts(evidence.items);
    case 'als':
    case 'none':
      return new Float64Array(evidence.items).fill(1);
    default:
      return gramCosts(evidence);
  }
}

/** Rows of the model before their normalisation. */
export interface LearnedRows {
  rows: SparseRows;
  /** P_i of the rows of items, 1 where the method has none; by row. */
  precision: Float64Array;
}

/** Learns rows of the model, each completely and by itself, so that the result does not depend on how they are sharded. */
export class Fitter {
  readonly #evidence: Evidence;
  readonly #counts: SignalCounts;
  readonly #writeItem: (item: number, out: RowWriter) => number;
  readonly #groups: GroupRows;
  readonly #follow: FollowRows;

  /** @param counted what was counted of the Gram matrix, where `needsGram`. */
  constructor(evidence: Evidence, settings: Settings, counted: CountedRows | undefined, kernel: Kernel) {
    this.#evidence = evidence;
    this.#counts = signalCounts(evidence);
    this.#writeItem = itemWriter(evidence, settings, counted, kernel);
    this.#groups = new GroupRows(evidence, settings);
    this.#follow = new FollowRows(evidence, settings);
  }

  /** The rows of the signals `from` to `to` (without it). */
  rows(from: number, to: number): LearnedRows {
    const { items, preferences, groups } = this.#counts;
    const out = new RowWriter(to - from, items);
    const precision = new Float64Array(to - from).fill(1);
    for (let signal = from; signal < to; signal++) {
      if (signal < items) precision[signal - from] = this.#writeItem(signal, out);
      else if (signal < items + preferences) writePreferenceRow(signal - items, this.#evidence, out);
      else if (signal < items + preferences + groups) this.#groups.write(signal - items - preferences, out);
      else this.#follow.write(signal - items - preferences - groups, out);
      out.endRow();
    }
    return { rows: out.finish(), precision };
  }
}

/** What writes the row of an item, and returns its P_i. */
function itemWriter(
  evidence: Evidence,
  settings: Settings,
  counted: CountedRows | undefined,
  { sumsOf, systemsOf }: Kernel,
): (item: number, out: RowWriter) => number {
  if (settings.method === 'none' || settings.method === 'als') return () => 1;
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
