import type { Kernel } from '../../kernels/kernel.js';
import type { SparseVector } from '../../matrix/sparse.js';
import type { Evidence, RowOfItem } from '../evidence.js';
import type { Settings } from '../settings.js';
import { candidateFactors, dampedDegrees, evidenceRanks, gramMatrix } from './gram.js';

/**
 * The rows of items by normalised co-occurrence: what else the baskets of an item hold.
 *
 *     row i keeps the K targets with the largest G_ij / d_j^s          (per source: a popular target may have many)
 *     W_ij = G_ij / (d_i^a · d_j^b)                                    (d_j^(a/2 − b) of it follows in `row-normalisation.ts`)
 *     W_ij = G_ij / (d_i + d_j − G_ij)                                 (Jaccard's coefficient, on plain counts)
 *
 * a = b = ½, c = 0 is the cosine of item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", TOIS 2004); c = 1 is the random walk of RP3beta (Paudel et al., TiiS 2016).
 *
 * @returns a function that writes the row of an item: targets by item index, none if no basket holds it with another item.
 */
export function cooccurrenceRow(evidence: Evidence, settings: Settings, kernel: Kernel): RowOfItem {
  const { items, degree } = evidence;
  const isJaccard = settings.method === 'jaccard';
  const ranks = evidenceRanks(evidence);
  const candidateFactor = candidateFactors(evidence, ranks, isJaccard ? 0 : settings.candidateDamping);
  const sourceFactor = dampedDegrees(evidence, settings.sourceDamping);
  const targetFactor = dampedDegrees(evidence, settings.sourceDamping / 2);
  const most = Math.min(settings.neighbors, items);
  const gram = gramMatrix(evidence, ranks, kernel, candidateFactor, most);

  /** The row of an item with the largest of Jaccard's coefficients, which take the place of the numbers of baskets that hold both items. */
  const largestCoefficients = (source: number): SparseVector => {
    const { count, index, value } = gram.row(source);
    for (let at = 0; at < count; at++) {
      const common = value[at]!;
      // The union is never empty, since some basket holds both.
      value[at] = common / (degree[source]! + degree[ranks.item[index[at]!]!]! - common);
    }
    return gram.choose(most, items);
  };

  return (source, out) => {
    const { count, index, value } = isJaccard ? largestCoefficients(source) : gram.largest(source, most);
    const factor = sourceFactor[source]!;
    for (let k = 0; k < count; k++) {
      const item = index[k]!;
      out.add(item, isJaccard ? value[k]! : value[k]! * factor * targetFactor[item]!);
    }
    return 1;
  };
}
