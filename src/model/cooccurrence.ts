import type { Cells, SumsOf } from '../kernels/sums.js';
import type { RowWriter } from '../matrix/row-writer.js';
import type { Evidence } from './evidence.js';
import { dampedDegrees, evidenceRanks } from './gram.js';
import { Pairs } from './pairs.js';
import type { Settings } from './settings.js';
import { Shortlist } from './shortlist.js';

/**
 * The rows of items by normalised co-occurrence: what else the basketsByItem of an item hold.
 *
 *     row i keeps the K targets with the largest G_ij / d_j^s          (per source: a popular target may have many)
 *     W_ij = G_ij / (d_i^a · d_j^b)                                    (d_j^(a/2 − b) of it when all rows are known: `row-normalisation.ts`)
 *     W_ij = G_ij / (d_i + d_j − G_ij)                                 (Jaccard's coefficient, on plain counts)
 *
 * a = b = ½, c = 0 is the cosine of item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", TOIS 2004); c = 1 is the random walk of RP3beta (Paudel et al., TiiS 2016).
 */
export class CooccurrenceRows {
  readonly #degree: Float64Array;
  readonly #isJaccard: boolean;
  readonly #gram: Pairs;
  readonly #itemOf: Uint32Array;
  /** By rank: what makes a key of a value, 0 where the item is not offered. */
  readonly #candidateFactor: Float64Array;
  readonly #sourceFactor: Float64Array;
  readonly #targetFactor: Float64Array;
  readonly #best: Shortlist;

  constructor(evidence: Evidence, settings: Settings, sumsOf: SumsOf) {
    const { offered, items, degree } = evidence;
    const { rank, item } = evidenceRanks(evidence);
    this.#degree = degree;
    this.#isJaccard = settings.method === 'jaccard';
    this.#gram = new Pairs(evidence, rank, sumsOf);
    this.#itemOf = item;
    const factor = dampedDegrees(evidence, this.#isJaccard ? 0 : settings.candidateDamping);
    this.#candidateFactor = Float64Array.from(item, (at) => (offered[at] === 1 ? factor[at]! : 0));
    this.#sourceFactor = dampedDegrees(evidence, settings.sourceDamping);
    this.#targetFactor = dampedDegrees(evidence, settings.sourceDamping / 2);
    this.#best = new Shortlist(Math.min(settings.neighbors, items), item);
  }

  /** Writes the row of item `source`: targets by item index, none where nothing is held together with it. */
  write(source: number, out: RowWriter): void {
    const row = this.#gram.row(source);
    if (this.#isJaccard) this.#makeCoefficients(row, this.#degree[source]!);
    const { count, items, values } = this.#best.choose(row, this.#candidateFactor, this.#itemOf.length);
    const factor = this.#sourceFactor[source]!;
    for (let k = 0; k < count; k++) {
      const item = items[k]!;
      out.add(item, this.#isJaccard ? values[k]! : values[k]! * factor * this.#targetFactor[item]!);
    }
  }

  /** Turns what two items have in common into Jaccard's coefficient of their basketsByItem. */
  #makeCoefficients({ count, index, value }: Cells, own: number): void {
    for (let cell = 0; cell < count; cell++) {
      const common = value[cell]!;
      // The union of two sets of basketsByItem has at least one member, since the pair has been held together.
      value[cell] = common / (own + this.#degree[this.#itemOf[index[cell]!]!]! - common);
    }
  }
}
