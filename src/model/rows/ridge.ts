import type { SystemsOf } from '../../kernels/systems.js';
import { TopN } from '../../matrix/top-n.js';
import type { Evidence, RowOfItem } from '../evidence.js';
import type { Settings } from '../settings.js';
import type { CountedRows } from './counting.js';
import { dampedDegrees, evidenceRanks } from './gram.js';

/**
 * Candidates of an item that nobody liked, if others are liked. It is known by its attributes alone, and more candidates only repeat these
 * (citeulike-t with its words and tags: recall@50 .4100 with 200, 50 or 25), and a catalogue may hold many such items.
 */
const COLD_NEIGHBORS = 50;
/** λ and δ are as set up to this many likes per item on average; above, they fall in proportion. */
const THIN = 20;

/**
 * The rows of items by ridge regression of each item on its K candidates, after EASE (Steck, "Embarrassingly shallow
 * autoencoders for sparse data", WWW 2019) and the sparse approximate inverse (Grote and Huckle, 1997):
 *
 *     G̃ = S G S,   S = diag(d^(-a/2))                    the scaled Gram matrix
 *     Λ_i = t · (λ · mean of diag(G̃) + δ · G̃_ii)          t = min(1, 20 / mean d_i)
 *     (G̃_NN + Λ_NN) y = G̃_Ni                             N: the K targets with the largest G_ij / d_j^s;
 *                                                        50 of them for an i that nobody liked
 *     P_i = 1 / (G̃_ii + Λ_i − y·G̃_Ni)                    the diagonal of the inverse
 *     W_ij = max(0, y_j) · P_i / P_j · d_i^(-a/2) · d_j^(a/2 − b)
 *
 * δ is what training with dropout δ / (1 + δ) amounts to (Steck, "Autoencoders that don't overfit towards the identity", NeurIPS
 * 2020): popular items, which explain themselves best, are held back most.
 *
 * A row of the approximate inverse belongs to the target; here it is transposed, so that the *source* keeps K targets and
 * a popular target may have thousands of sources. What depends on the target, d_j^(a/2 − b) / P_j, is applied when all
 * rows are known (`row-normalisation.ts`). A few steps of conjugate gradients stand in for an exact solve, which gained nothing.
 *
 * @param counted as `gramRows` makes them with the same s and at least as large a K.
 * @returns a function that writes the row of an item, targets with a weight above 0 by item index, and returns P_i.
 */
export function ridgeRow(
  evidence: Evidence,
  settings: Settings,
  { candidates: counted, pairs }: CountedRows,
  systemsOf: SystemsOf,
): RowOfItem {
  const { items } = evidence;
  const neighborsOf = neighborsByItem(evidence, settings);
  const scale = dampedDegrees(evidence, settings.sourceDamping / 2);
  const candidateFactor = dampedDegrees(evidence, settings.candidateDamping);
  const scaled = evidence.diagonal.map((g, item) => g * scale[item]! ** 2);
  // G̃_jj + Λ_j by item.
  const diagonal = withRidge(evidence, scaled, settings);
  const { rank, item: byRank } = evidenceRanks(evidence);
  // By item: its place among the candidates plus 1; all 0 between rows.
  const place = new Uint16Array(items);
  const system = systemsOf({ pairs, scale, diagonal, rank }, Math.min(settings.neighbors, items));

  /** The K candidates of a row, by rising item. */
  const candidatesOf = (source: number): Uint32Array => {
    const { part, from, to } = counted.row(source);
    const neighbors = neighborsOf(source);
    if (to - from <= neighbors) return part.index.subarray(from, to);
    const best = new TopN(neighbors);
    for (let e = from; e < to; e++) best.offer(part.index[e]!, part.value[e]! * candidateFactor[part.index[e]!]!);
    return best.drain().sort();
  };

  const mostEvidenceFirst = (candidates: Uint32Array): Uint32Array => {
    const sorted = new Uint32Array(candidates.length);
    for (let x = 0; x < sorted.length; x++) sorted[x] = rank[candidates[x]!]!;
    sorted.sort();
    for (let x = 0; x < sorted.length; x++) sorted[x] = byRank[sorted[x]!]!;
    return sorted;
  };

  /** Sets the right side of the system: G̃ of the source and each candidate. */
  const setRightSide = (source: number, unknowns: number): void => {
    const { part, from, to } = counted.row(source);
    const { wanted } = system;
    const own = scale[source]!;
    wanted.fill(0, 0, unknowns);
    for (let e = from; e < to; e++) {
      const item = part.index[e]!;
      if (place[item] !== 0) wanted[place[item]! - 1] = part.value[e]! * own * scale[item]!;
    }
  };

  return (source, out) => {
    const candidates = candidatesOf(source);
    const unknowns = mostEvidenceFirst(candidates);
    for (let x = 0; x < unknowns.length; x++) place[unknowns[x]!] = x + 1;
    setRightSide(source, unknowns.length);
    system.gather(unknowns);
    const explained = system.solve(settings.steps);
    const own = diagonal[source]!;
    // A few steps explain less than the exact solution, which explains less than G̃_ii; the bound is for rounding.
    const precision = 1 / Math.max(own - explained, own * 1e-6);
    const factor = precision * scale[source]!;
    for (const item of candidates) {
      const weight = system.solution[place[item]! - 1]!;
      if (weight > 0) out.add(item, weight * factor);
      place[item] = 0;
    }
    return precision;
  };
}

/** How many candidates each item has at most. */
function neighborsByItem(
  evidence: Pick<Evidence, 'items' | 'degree' | 'popularity'>,
  settings: Settings,
): (item: number) => number {
  const most = Math.min(settings.neighbors, evidence.items);
  const ofCold = areLiked(evidence) ? Math.min(most, COLD_NEIGHBORS) : most;
  return (item) => (evidence.popularity[item] === 0 ? ofCold : most);
}

function areLiked({ degree, popularity }: Pick<Evidence, 'degree' | 'popularity'>): boolean {
  return popularity.some((d, item) => d > 0 && degree[item]! > 0);
}

/**
 * The scaled diagonal plus Λ. Its means are over the items that somebody liked, if there are any: items known by their attributes alone
 * must not make the likes of the others look thinner.
 */
function withRidge(evidence: Evidence, scaledDiagonal: Float64Array, { lambda, dropout }: Settings): Float64Array {
  const { degree, popularity } = evidence;
  const isOfLiked = areLiked(evidence);
  let known = 0;
  let diagonal = 0;
  let total = 0;
  for (let item = 0; item < degree.length; item++) {
    if (degree[item] === 0 || (isOfLiked && popularity[item] === 0)) continue;
    known++;
    diagonal += scaledDiagonal[item]!;
    total += degree[item]!;
  }
  // No item has evidence: there is no row to learn, and any diagonal will do.
  if (known === 0) return scaledDiagonal.fill(1);
  const thinned = Math.min(1, (THIN * known) / total);
  return scaledDiagonal.map((g) => g + thinned * ((lambda * diagonal) / known + dropout * g));
}

/** Roughly how many pairs are scanned for each candidate: most of a row's cost is to find its sub-matrix. */
const PAIRS_A_CANDIDATE = 200;

/** What each item's row costs, in additions: gathering the sub-matrix, a quarter of which is not 0, and the steps. */
export function ridgeCosts(
  evidence: Pick<Evidence, 'items' | 'degree' | 'popularity'>,
  settings: Settings,
): Float64Array {
  const neighborsOf = neighborsByItem(evidence, settings);
  const costOf = (neighbors: number) => neighbors * (PAIRS_A_CANDIDATE + (neighbors * settings.steps) / 4) + 1;
  return Float64Array.from({ length: evidence.items }, (_, item) => costOf(neighborsOf(item)));
}
