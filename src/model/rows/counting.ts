import type { Kernel } from '../../kernels/kernel.js';
import { RowWriter } from '../../matrix/row-writer.js';
import type { SparseRows } from '../../matrix/sparse.js';
import type { RowLookup, StackedRows } from '../../matrix/stacked-rows.js';
import type { Evidence } from '../evidence.js';
import type { Settings } from '../settings.js';
import { candidateFactors, evidenceRanks, gramMatrix } from './gram.js';

/** About how many pairs of the whole matrix to keep: the fewer items, the more in each row. Dense data needs complete sub-matrices. */
const PAIRS_IN_ALL = 8_000_000;
const FEWEST_PAIRS = 200;
const MOST_PAIRS = 2000;

/** The parts of the Gram matrix that the ridge needs, in whichever shards their rows were counted. */
export interface CountedRows {
  candidates: RowLookup;
  pairs: StackedRows;
}

/**
 * Counts the parts of the Gram matrix that the ridge needs, in the rows of the items from `from` to before `to`:
 *
 * - the candidates: the K offered items with the largest G_ij / d_j^s;
 * - the pairs, for the sub-matrices among candidates: the strongest entries, by the same measure, among offered items
 *   with more evidence than the row's own. So a pair is kept once, in the row of the rarer of the two.
 */
export function gramRows(
  evidence: Evidence,
  settings: Settings,
  kernel: Pick<Kernel, 'countsOf' | 'sumsOf'>,
): (from: number, to: number) => { candidates: SparseRows; pairs: SparseRows } {
  // The functions below must not hold the evidence itself: the sums have a copy of its baskets, and one is enough.
  const { items } = evidence;
  const ranks = evidenceRanks(evidence);
  const factor = candidateFactors(evidence, ranks, settings.candidateDamping);
  const mostPairs = Math.max(FEWEST_PAIRS, Math.min(MOST_PAIRS, Math.floor(PAIRS_IN_ALL / items)));
  const gram = gramMatrix(evidence, ranks, kernel, factor, Math.min(items, Math.max(settings.neighbors, mostPairs)));
  return (from, to) => {
    const ofCandidates = new RowWriter(to - from, items);
    const ofPairs = new RowWriter(to - from, items);
    for (let item = from; item < to; item++) {
      gram.row(item);
      ofCandidates.addRow(gram.choose(settings.neighbors, items));
      ofPairs.addRow(gram.choose(mostPairs, ranks.rank[item]!));
    }
    return { candidates: ofCandidates.finish(), pairs: ofPairs.finish() };
  };
}
