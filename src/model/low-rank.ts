import { Random } from '../matrix/sampling.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { Settings } from './settings.js';

/** A part of the model that is not sparse, as scoring reads it:  model[i, j] += η · d_j · ⟨a_i, a_j⟩  between items. */
export interface LowRank {
  /** Numbers an item. */
  rank: number;
  /** a, items × rank, row by row. */
  factors: Float32Array;
  /** d, by item: the users who liked it. */
  popularity: Float64Array;
  /** η > 0. */
  weight: number;
}

/** So many tastes tell most of what users have in common. */
const RANK = 64;
/** The most numbers there may be in all: catalogues of more than 260,000 items get fewer an item. */
const MOST_NUMBERS = 1 << 24;
/** Interactions that tastes are told from; users are left out evenly where there are more. */
const MOST_LIKES = 2_000_000;
/** Times that similarity is applied: each parts the strongest tastes from the others more clearly. */
const PASSES = 3;
/** Up to this many likes an item, on average, tastes count in full; above, they count less in proportion, and from the second on not at all. */
const THIN = 20;
const DENSE = 50;
/** So many users tell one taste; with fewer, tastes count less in proportion. */
const USERS_A_TASTE = 100;
/** What keeps the factorisation from dividing by 0 where there are fewer tastes than numbers, as a share of the diagonal. */
const JITTER = 1e-7;

/**
 * The tastes that most users share, as factors of items: the projection on the strongest eigenvectors Q of the similarity of items,
 *
 *     A = D^(-½) · Xᵀ · D_U^(-1) · X · D^(-½),     ⟨a_i, a_j⟩ · d_j = t · (D^(-½) Q Qᵀ D^(½))_ij
 *     t = min(1, 20 / mean d_i) · min(1, users / (100 · rank))
 *
 * X says who likes what, D and D_U are the likes of items and users. It is the ideal low-pass filter of GF-CF (Shen et al., "How powerful
 * is graph convolution for recommendation?", CIKM 2021), which relates items that nobody had together. Q comes from subspace iteration
 * that begins with random signs (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011).
 *
 * @param interactions users × items; above 0: liked. @returns items × rank, row by row; undefined where data are too dense to gain by it, or nothing is liked.
 */
export function factorsOf(interactions: SparseRows): Float32Array | undefined {
  const { columns: items } = interactions;
  const likes = evenly(interactions);
  const degree = new Float64Array(items);
  for (const item of likes.index) degree[item]!++;
  const known = degree.reduce((total, d) => total + (d > 0 ? 1 : 0), 0);
  const mean = likes.index.length / known;
  const users = likes.start.length - 1;
  if (known === 0 || mean > DENSE) return undefined;
  const rank = Math.min(RANK, Math.max(1, Math.floor(MOST_NUMBERS / items)));
  const root = degree.map((d) => (d > 0 ? 1 / Math.sqrt(d) : 0));
  let block = randomSigns(items, rank);
  for (let pass = 0; pass < PASSES; pass++) block = applied(likes, root, block, rank);
  orthonormalise(block, rank);
  const scale = Math.sqrt(Math.min(1, THIN / mean) * Math.min(1, users / (USERS_A_TASTE * rank)));
  for (let item = 0, at = 0; item < items; item++)
    for (let k = 0; k < rank; k++, at++) block[at]! *= scale * root[item]!;
  return block;
}

/** What scoring reads of factors; undefined where there are none, or they count nothing. @param popularity by item. */
export function lowRankOf(
  factors: Float32Array | undefined,
  popularity: Float64Array,
  { lowRankWeight: weight }: Pick<Settings, 'lowRankWeight'>,
): LowRank | undefined {
  if (!factors || factors.length === 0 || weight === 0) return undefined;
  return { rank: factors.length / popularity.length, factors, popularity, weight };
}

/** Liked items by user, of as many users as may be, each so many-th of all. */
function evenly({ rows, start, index, value }: SparseRows): { start: Uint32Array; index: Uint32Array } {
  const step = Math.max(1, Math.ceil(index.length / MOST_LIKES));
  const users = Math.ceil(rows / step);
  const starts = new Uint32Array(users + 1);
  const items: number[] = [];
  for (let user = 0; user < users; user++) {
    for (let e = start[user * step]!; e < start[user * step + 1]!; e++) if (value[e]! > 0) items.push(index[e]!);
    starts[user + 1] = items.length;
  }
  return { start: starts, index: Uint32Array.from(items) };
}

function randomSigns(items: number, rank: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: items * rank }, () => (random.next() & 1 ? 1 : -1));
}

/** A · block:  D^(-½) Xᵀ D_U^(-1) X D^(-½), user by user. */
function applied(
  { start, index }: { start: Uint32Array; index: Uint32Array },
  root: Float64Array,
  block: Float32Array,
  rank: number,
): Float32Array {
  const result = new Float32Array(block.length);
  const user = new Float64Array(rank);
  for (let row = 0; row + 1 < start.length; row++) {
    const [from, to] = [start[row]!, start[row + 1]!];
    user.fill(0);
    for (let e = from; e < to; e++) {
      const weight = root[index[e]!]! / (to - from);
      for (let k = 0, at = index[e]! * rank; k < rank; k++, at++) user[k]! += weight * block[at]!;
    }
    for (let e = from; e < to; e++) {
      const weight = root[index[e]!]!;
      for (let k = 0, at = index[e]! * rank; k < rank; k++, at++) result[at]! += weight * user[k]!;
    }
  }
  return result;
}

/** Makes the columns of a block orthonormal, in place: divides it by the Cholesky factor of its own square. */
function orthonormalise(block: Float32Array, rank: number): void {
  const square = new Float64Array(rank * rank);
  for (let from = 0; from < block.length; from += rank) {
    for (let i = 0; i < rank; i++) {
      const x = block[from + i]!;
      if (x === 0) continue;
      for (let j = 0; j <= i; j++) square[i * rank + j]! += x * block[from + j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += square[i * rank + i]!;
  for (let i = 0; i < rank; i++) square[i * rank + i]! += (JITTER * trace) / rank;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = square[i * rank + j]!;
      for (let k = 0; k < j; k++) sum -= square[i * rank + k]! * square[j * rank + k]!;
      square[i * rank + j] = i === j ? Math.sqrt(sum) : sum / square[j * rank + j]!;
    }
  }
  for (let from = 0; from < block.length; from += rank) {
    for (let i = 0; i < rank; i++) {
      let sum = block[from + i]!;
      for (let k = 0; k < i; k++) sum -= square[i * rank + k]! * block[from + k]!;
      block[from + i] = sum / square[i * rank + i]!;
    }
  }
}
