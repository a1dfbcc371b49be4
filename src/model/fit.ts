import type { Kernel } from '../kernels/kernel.js';
import { RowWriter } from '../matrix/row-writer.js';
import { rowLengths, type SparseRows } from '../matrix/sparse.js';
import type { Evidence, RowOfItem } from './evidence.js';
import { cooccurrenceRow } from './rows/cooccurrence.js';
import type { CountedRows } from './rows/counting.js';
import { easeCosts, easeRow } from './rows/ease.js';
import { followCosts, followRow } from './rows/follow.js';
import { gramCosts } from './rows/gram.js';
import { groupCosts, groupRow } from './rows/groups.js';
import { writePreferenceRow } from './rows/preferences.js';
import { ridgeCosts, ridgeRow } from './rows/ridge.js';
import type { ItemRowMethod, Settings } from './settings.js';
import { signalCount, signalCounts } from './signals.js';

/** By signal: what its row costs to learn, in additions. */
export function fitCosts(evidence: Evidence, settings: Settings): Float64Array {
  const counts = signalCounts(evidence);
  const { items, preferences, groups } = counts;
  const costs = new Float64Array(signalCount(counts));
  costs.set(METHODS[settings.method].costs(evidence, settings));
  costs.set(
    rowLengths(evidence.itemsByAttribute).map((length) => 1 + length),
    items,
  );
  costs.set(groupCosts(evidence), items + preferences);
  costs.set(followCosts(evidence), items + preferences + groups);
  return costs;
}

/** How a method learns the rows of items, and what each of them costs, in additions. */
interface Method {
  costs: (evidence: Evidence, settings: Settings) => Float64Array;
  writer: (evidence: Evidence, settings: Settings, counted: CountedRows | undefined, kernel: Kernel) => RowOfItem;
}

const NO_ROWS: Method = { costs: ({ items }) => new Float64Array(items).fill(1), writer: () => () => 1 };
const COUNTS: Method = {
  costs: gramCosts,
  writer: (evidence, settings, _, kernel) => cooccurrenceRow(evidence, settings, kernel),
};
const METHODS: Readonly<Record<ItemRowMethod, Method>> = {
  normalised: COUNTS,
  jaccard: COUNTS,
  ridge: {
    costs: ridgeCosts,
    writer(evidence, settings, counted, { systemsOf }) {
      if (!counted) throw new RangeError('the ridge takes its sub-matrices from rows of the Gram matrix');
      return ridgeRow(evidence, settings, counted, systemsOf);
    },
  },
  ease: { costs: ({ items }) => easeCosts(items), writer: easeRow },
  als: NO_ROWS,
  none: NO_ROWS,
};

/** Whether any row is learned from `baskets`; all others are learned from `basketsByItem`. */
export function readsBaskets({ likes, usersByGroup }: Evidence, { method }: Settings): boolean {
  return method === 'ease' || (usersByGroup.rows > 0 && likes === undefined);
}

/** Rows of the model before their normalisation. */
export interface LearnedRows {
  rows: SparseRows;
  /** P_i of the rows of items, 1 where the method has none; by row. */
  precision: Float64Array;
}

/**
 * Learns rows of the model, each completely and by itself, so that the result does not depend on how they are sharded.
 *
 * @param counted the rows of the Gram matrix that were counted, if `needsGram`.
 * @returns a function that learns the rows of the signals from `from` to before `to`.
 */
export function fitter(
  evidence: Evidence,
  settings: Settings,
  counted: CountedRows | undefined,
  kernel: Kernel,
): (from: number, to: number) => LearnedRows {
  const { items, preferences, groups } = signalCounts(evidence);
  const writeItem = METHODS[settings.method].writer(evidence, settings, counted, kernel);
  const writeGroup = groupRow(evidence, settings);
  const writeFollow = followRow(evidence, settings);
  return (from, to) => {
    const out = new RowWriter(to - from, items);
    const precision = new Float64Array(to - from).fill(1);
    for (let signal = from; signal < to; signal++) {
      if (signal < items) precision[signal - from] = writeItem(signal, out);
      else if (signal < items + preferences) writePreferenceRow(signal - items, evidence, out);
      else if (signal < items + preferences + groups) writeGroup(signal - items - preferences, out);
      else writeFollow(signal - items - preferences - groups, out);
      out.endRow();
    }
    return { rows: out.finish(), precision };
  };
}
