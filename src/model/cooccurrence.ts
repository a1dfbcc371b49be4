import type { Evidence } from './evidence.js';
import { dampedDegrees, GramMatrix } from './gram.js';
import type { RowWriter } from './rows.js';
import type { Settings } from './settings.js';
import { TopN } from './top-n.js';

/**
 * The rows of items by normalised co-occurrence: what else the holders of an item hold.
 *
 *     row i keeps the K targets with the largest G_ij / d_j^s          (per source: a popular target may have many)
 *     W_ij = G_ij / (d_i^a · d_j^b)                                    (d_j^(a/2 − b) of it when all rows are known: `finish.ts`)
 *     W_ij = G_ij / (d_i + d_j − G_ij)                                 (Jaccard's coefficient, on plain counts)
 *
 * a = b = ½, c = 0 is the cosine of item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", TOIS 2004); c = 1 is the random walk of RP3beta (Paudel et al., TiiS 2016).
 */
export class CooccurrenceRows {
  readonly #evidence: Evidence;
  readonly #isJaccard: boolean;
  readonly #gram: GramMatrix;
  readonly #candidateFactor: Float64Array;
  readonly #sourceFactor: Float64Array;
  readonly #targetFactor: Float64Array;
  readonly #best: TopN;

  constructor(evidence: Evidence, settings: Settings) {
    this.#evidence = evidence;
    this.#isJaccard = settings.method === 'jaccard';
    this.#gram = new GramMatrix(evidence);
    this.#candidateFactor = dampedDegrees(evidence, settings.candidateDamping);
    this.#sourceFactor = dampedDegrees(evidence, settings.sourceDamping);
    this.#targetFactor = dampedDegrees(evidence, settings.sourceDamping / 2);
    this.#best = new TopN(Math.min(settings.neighbors, evidence.items));
  }

  /** Writes the row of item `source`: targets by item index, none where nothing is held together with it. */
  write(source: number, out: RowWriter): void {
    const { offered, degree } = this.#evidence;
    const { items, value } = this.#gram.row(source);
    // The union of two sets of holders has at least one member, since the pair has been held together.
    const jaccard = (item: number) => value[item]! / (degree[source]! + degree[item]! - value[item]!);
    for (const item of items) {
      if (item === source || offered[item] === 0) continue;
      this.#best.offer(item, this.#isJaccard ? jaccard(item) : value[item]! * this.#candidateFactor[item]!);
    }
    const factor = this.#sourceFactor[source]!;
    for (const item of this.#best.drain().sort()) {
      out.add(item, this.#isJaccard ? jaccard(item) : value[item]! * factor * this.#targetFactor[item]!);
    }
  }
}
