import type { SparseVector, SumsOf } from '../kernels/sums.js';
import type { RowWriter } from '../matrix/row-writer.js';
import type { Evidence } from './evidence.js';
import { candidateFactors, dampedDegrees, evidenceRanks, Gram } from './gram.js';
import type { Settings } from './settings.js';
import { Shortlist } from './shortlist.js';

/**
 * The rows of items by normalised co-occurrence: what else the baskets of an item hold.
 *
 *     row i keeps the K targets with the largest G_ij / d_j^s          (per source: a popular target may have many)
 *     W_ij = G_ij / (d_i^a · d_j^b)                                    (d_j^(a/2 − b) of it follows in `row-normalisation.ts`)
 *     W_ij = G_ij / (d_i + d_j − G_ij)                                 (Jaccard's coefficient, on plain counts)
 *
 * a = b = ½, c = 0 is the cosine of item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", TOIS 2004); c = 1 is the random walk of RP3beta (Paudel et al., TiiS 2016).
 */
export class CooccurrenceRows {
  readonly #degree: Float64Array;
  readonly #isJaccard: boolean;
  readonly #gram: Gram;
  readonly #itemOf: Uint32Array;
  readonly #candidateFactor: Float64Array;
  readonly #sourceFactor: Float64Array;
  readonly #targetFactor: Float64Array;
  readonly #best: Shortlist;

  constructor(evidence: Evidence, settings: Settings, sumsOf: SumsOf) {
    const { items, degree } = evidence;
    const ranks = evidenceRanks(evidence);
    this.#degree = degree;
    this.#isJaccard = settings.method === 'jaccard';
    this.#gram = new Gram(evidence, ranks.rank, sumsOf);
    this.#itemOf = ranks.item;
    this.#candidateFactor = candidateFactors(evidence, ranks, this.#isJaccard ? 0 : settings.candidateDamping);
    this.#sourceFactor = dampedDegrees(evidence, settings.sourceDamping);
    this.#targetFactor = dampedDegrees(evidence, settings.sourceDamping / 2);
    this.#best = new Shortlist(Math.min(settings.neighbors, items), ranks.item);
  }

  /** Writes the row of item `source`: targets by item index, none if no basket holds it with another item. */
  write(source: number, out: RowWriter): void {
    const row = this.#gram.row(source);
    if (this.#isJaccard) this.#makeCoefficients(row, this.#degree[source]!);
    const { count, index, value } = this.#best.choose(row, this.#candidateFactor, this.#itemOf.length);
    const factor = this.#sourceFactor[source]!;
    for (let k = 0; k < count; k++) {
      const item = index[k]!;
      out.add(item, this.#isJaccard ? value[k]! : value[k]! * factor * this.#targetFactor[item]!);
    }
  }

  /** Turns the number of baskets that hold both items into Jaccard's coefficient. */
  #makeCoefficients({ count, index, value }: SparseVector, own: number): void {
    for (let at = 0; at < count; at++) {
      const common = value[at]!;
      // The union is never empty, since some basket holds both.
      value[at] = common / (own + this.#degree[this.#itemOf[index[at]!]!]! - common);
    }
  }
}
