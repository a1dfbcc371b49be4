import { forEachChunk } from '../matrix/chunks.js';
import { hashOf, type SampleKeys } from '../matrix/sampling.js';
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
export const RANK = 64;
/** The most numbers there may be in all: catalogues of more than 131,000 items get fewer an item. */
export const MOST_NUMBERS = 1 << 23;
/** Interactions that tastes are told from: where there are more, those of a sample of the users. */
const MOST_LIKES = 2_000_000;
/** Times that similarity is applied: each parts the strongest tastes from the others more clearly. */
const PASSES = 3;
const SEED = 1;
/** Up to this many likes an item, on average, tastes count in full; above, they count less in proportion, and from the second on not at all. */
const THIN = 20;
const DENSE = 40;
/** From this many users on they count in full; with fewer, less in proportion, and below the second not at all. */
const MANY_USERS = 6400;
const FEW_USERS = 2000;
/** What keeps the factorisation from dividing by 0 where there are fewer tastes than numbers, as a share of the diagonal. */
const JITTER = 1e-7;

/**
 * The factors a of items, such that   ⟨a_i, a_j⟩ · d_j = t · (D^(-½) Q Qᵀ D^(½))_ij,   t = min(1, 20 / mean d_i) · min(1, users / 6,400),
 * where Q Qᵀ projects on the tastes that most users share.
 * @param interactions users × items; above 0: liked. @param keys says by what users are sampled, and
 * items get their random signs: the order of a file decides nothing.
 * @returns items × rank, row by row; undefined where users are too few, or data too dense, to gain by it.
 */
export function factorsOf(interactions: SparseRows, keys: () => SampleKeys): Float32Array | undefined {
  const { rows: users, index } = interactions;
  if (users < FEW_USERS || index.length === 0) return undefined;
  const mean = index.length / itemsIn(interactions);
  if (mean > DENSE) return undefined;
  const { users: userKeys, items: itemKeys } = keys();
  const scale = Math.sqrt(Math.min(1, THIN / mean) * Math.min(1, users / MANY_USERS));
  return sharedTastes(likesOf(interactions, userKeys), itemKeys).map((x) => x * scale);
}

/** How many items anybody had. */
function itemsIn({ columns, index }: SparseRows): number {
  const isKnown = new Uint8Array(columns);
  forEachChunk(index.length, (from, to) => {
    for (let e = from; e < to; e++) isKnown[index[e]!] = 1;
  });
  return isKnown.reduce((count, flag) => count + flag, 0);
}

/**
 * The same with t = 1, for any data. The columns of Q are the strongest eigenvectors of the similarity of items,
 *
 *     A = D^(-½) · Xᵀ · D_U^(-1) · X · D^(-½)
 *
 * X says who likes what, D and D_U are the likes of items and users. It is the ideal low-pass filter of GF-CF (Shen et al., "How powerful
 * is graph convolution for recommendation?", CIKM 2021), which relates items that nobody had together. Q comes from subspace iteration
 * that begins with random signs (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011).
 */
export function sharedTastes(likes: Likes, keys: Uint32Array): Float32Array {
  const degree = new Float64Array(keys.length);
  for (const item of likes.items) degree[item]!++;
  const root = degree.map((d) => (d > 0 ? 1 / Math.sqrt(d) : 0));
  const rank = Math.min(RANK, Math.max(1, Math.floor(MOST_NUMBERS / keys.length)));
  let block: Float64Array = randomSigns(keys, rank);
  for (let pass = 0; pass < PASSES; pass++) block = applied(likes, root, block, rank);
  orthonormalise(block, rank);
  return Float32Array.from(block, (x, at) => x * root[Math.floor(at / rank)]!);
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

/** Who likes what. */
export interface Likes {
  /** Where the items of each user begin, and where those of the last end. */
  start: Uint32Array;
  items: Uint32Array;
}

/** The liked items of each user, of as many users as may be: those with the smallest keys. */
export function likesOf({ rows, start, index, value }: SparseRows, keys: Uint32Array): Likes {
  const share = MOST_LIKES / index.length;
  const users = Uint32Array.from({ length: rows }, (_, user) => user).filter(
    (user) => share >= 1 || keys[user]! < share * 2 ** 32,
  );
  const starts = new Uint32Array(users.length + 1);
  const items: number[] = [];
  users.forEach((user, row) => {
    for (let e = start[user]!; e < start[user + 1]!; e++) if (value[e]! > 0) items.push(index[e]!);
    starts[row + 1] = items.length;
  });
  return { start: starts, items: Uint32Array.from(items) };
}

function randomSigns(keys: Uint32Array, rank: number): Float64Array {
  const block = new Float64Array(keys.length * rank);
  for (let item = 0, at = 0; item < keys.length; item++)
    for (let k = 0; k < rank; k++, at++) block[at] = hashOf(SEED, keys[item]!, k) & 1 ? 1 : -1;
  return block;
}

/** A · block:  D^(-½) Xᵀ D_U^(-1) X D^(-½), user by user. */
function applied({ start, items }: Likes, root: Float64Array, block: Float64Array, rank: number): Float64Array {
  const result = new Float64Array(block.length);
  const user = new Float64Array(rank);
  for (let row = 0; row + 1 < start.length; row++) {
    const [from, to] = [start[row]!, start[row + 1]!];
    user.fill(0);
    for (let e = from; e < to; e++) {
      const weight = root[items[e]!]! / (to - from);
      for (let k = 0, at = items[e]! * rank; k < rank; k++, at++) user[k]! += weight * block[at]!;
    }
    for (let e = from; e < to; e++) {
      const weight = root[items[e]!]!;
      for (let k = 0, at = items[e]! * rank; k < rank; k++, at++) result[at]! += weight * user[k]!;
    }
  }
  return result;
}

/** Makes the columns of a block orthonormal, in place: divides it by the Cholesky factor of its own square. */
function orthonormalise(block: Float64Array, rank: number): void {
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
