import { type BlockOf, PANEL } from '../kernels/blocks.js';
import { float32s } from '../matrix/memory.js';
import type { SampleKeys } from '../matrix/sampling.js';
import { pickedRows, positive, type SparseRows } from '../matrix/sparse.js';
import { choleskyOf, divide, type Pause, setRandomSigns } from './block.js';
import { countsByColumn } from './evidence.js';
import type { Settings } from './settings.js';

/** The low-rank part of the model, in the form that scoring needs:  model[i, j] += η · d_j · ⟨a_i, a_j⟩  between items. */
export interface LowRank {
  /** True if als learned the factors: then the model has no other part, and `foldIn` decides how much each item of a history counts. */
  isAls: boolean;
  /** The number of factors of an item, a multiple of four. */
  rank: number;
  /** a, items × rank, row by row. */
  factors: Float32Array;
  /** d, by item: the number of users who liked it; 1 with als. */
  popularity: Float64Array;
  /** η > 0. */
  weight: number;
}

/** The number of tastes to learn. Those beyond 256 are noise if two thousand users share them, but not if tens of thousands do. */
const RANK = 256;
const RANK_OF_MANY = 384;
/** From this many users on, `RANK_OF_MANY` tastes are learned. */
const FOR_MANY = 12_800;
/** The most numbers in all: catalogues of more than 87,000 items (131,000, if users are few) get fewer factors per item, of more than 2 million none. */
const MOST_NUMBERS = 1 << 25;
/** The number of interactions to learn tastes from. If there are more, about this many, those of a sample of the users. */
const MOST_LIKES = 2_000_000;
/** Users between two pauses; they take a few milliseconds. */
const AT_ONCE = 4096;
/** How often the similarity is applied: each pass separates the strongest tastes from the others more clearly. */
const PASSES = 3;
/** With up to THIN likes per item, on average, tastes count in full; with more, proportionally less; from DENSE on, not at all. */
const THIN = 20;
const DENSE = 40;
/** With at least MANY_USERS, tastes count in full; with fewer users, proportionally less; below FEW_USERS, not at all. */
const MANY_USERS = 6400;
const FEW_USERS = 500;
/** Added to the diagonal, as a share of its mean, so that the factorisation does not divide by 0 if there are fewer tastes than columns. */
const JITTER = 1e-7;

/**
 * The factors a of items, such that   ⟨a_i, a_j⟩ · d_j = t · s_i s_j · (D^(-½) Q Qᵀ D^(½))_ij,   t = min(1, 20 / mean d_i) · min(1, users / 6,400),
 * where Q Qᵀ projects onto the tastes that most users share, and s_i is the share of users in the evidence on item i.
 * @param interactions users × items; above 0: liked. They are not read after this returns. @param attributeEvidence by item: the rest of
 * the evidence. @param keys gives the keys for sampling users and for the random signs of items, so that the order of a file has no
 * effect. @param pause is called and awaited every few milliseconds.
 * @returns items × rank, row by row; undefined if there are too few users, or the data is too dense, for tastes to help.
 */
export function factorsOf(
  interactions: SparseRows,
  attributeEvidence: Float64Array,
  keys: () => SampleKeys,
  blockOf: BlockOf,
  pause: Pause,
): Promise<Float32Array> | undefined {
  const { rows: users, columns: items, index } = interactions;
  if (users < FEW_USERS || items * PANEL > MOST_NUMBERS) return undefined;
  const had = countsByColumn(interactions);
  const known = had.reduce((count, users) => count + (users > 0 ? 1 : 0), 0);
  if (known === 0 || known * DENSE < index.length) return undefined;
  const t = Math.min(1, (THIN * known) / index.length) * Math.min(1, users / MANY_USERS);
  const scale = had.map((users, item) => (users > 0 ? (Math.sqrt(t) * users) / (users + attributeEvidence[item]!) : 0));
  const { users: userKeys, items: itemKeys } = keys();
  return sharedTastes(likesOf(interactions, userKeys), itemKeys, rankOf(users), blockOf, pause).then((tastes) => {
    scaleRows(tastes, scale);
    return tastes;
  });
}

/** The most numbers that `factorsOf` may return. */
export function maxFactorNumbers(users: number, items: number): number {
  return users < FEW_USERS ? 0 : Math.min(MOST_NUMBERS, rankOf(users) * items);
}

function rankOf(users: number): number {
  return users < FOR_MANY ? RANK : RANK_OF_MANY;
}

/** The number of factors for each of `rows` rows: at most `most`, and no more than `MOST_NUMBERS` in all; but at least one panel. */
export function rankFor(rows: number, most: number): number {
  return Math.max(PANEL, PANEL * Math.floor(Math.min(most, MOST_NUMBERS / rows) / PANEL));
}

/**
 * The factors of `factorsOf` with t = 1 and s = 1, for any data. The columns of Q are the strongest eigenvectors of the item similarity
 *
 *     A = D^(-½) · Xᵀ · D_U^(-1) · X · D^(-½)
 *
 * X is users × items, with 1 for a like; D and D_U have the numbers of likes of items and users on their diagonals. This is the ideal
 * low-pass filter of GF-CF (Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021), which relates items that
 * nobody had together. Q comes from subspace iteration that starts with random signs (Halko, Martinsson and Tropp, "Finding structure
 * with randomness", SIAM Review 2011).
 */
export async function sharedTastes(
  likes: SparseRows,
  keys: Uint32Array,
  tastes: number,
  blockOf: BlockOf,
  pause: Pause,
): Promise<Float32Array> {
  const items = keys.length;
  const root = countsByColumn(likes).map((d) => (d > 0 ? 1 / Math.sqrt(d) : 0));
  const block = blockOf(items, rankFor(items, tastes), { likes, weight: Float32Array.from(root) });
  for (const [p, panel] of block.panels.entries()) {
    setRandomSigns(block, p, keys);
    for (let pass = 0; pass < PASSES; pass++) {
      block.image.fill(0);
      for (let from = 0; from < likes.rows; from += AT_ONCE) {
        block.smooth(p, from, Math.min(likes.rows, from + AT_ONCE));
        await pause();
      }
      panel.set(block.image);
    }
  }
  const factors = float32s(items * block.rank);
  await divide(block, await choleskyOf(block, (mean) => JITTER * mean, pause), factors, pause);
  scaleRows(factors, root);
  return factors;
}

function scaleRows(rows: Float32Array, scale: Float64Array): void {
  const rank = rows.length / scale.length;
  scale.forEach((factor, row) => {
    for (let at = row * rank; at < (row + 1) * rank; at++) rows[at]! *= factor;
  });
}

/** The factors in the form that scoring needs; undefined if there are none, or their weight is 0. @param popularity by item. */
export function lowRankOf(
  factors: Float32Array | undefined,
  popularity: Float64Array,
  { method, lowRankWeight: weight }: Pick<Settings, 'method' | 'lowRankWeight'>,
): LowRank | undefined {
  if (!factors || factors.length === 0 || weight === 0) return undefined;
  const isAls = method === 'als';
  const d = isAls ? new Float64Array(popularity.length).fill(1) : popularity;
  return { isAls, rank: factors.length / popularity.length, factors, popularity: d, weight };
}

/** The users to learn tastes from: all of them, or those with the smallest keys if there are more than `MOST_LIKES` interactions. */
export function sampledUsers({ rows, index }: SparseRows, keys: Uint32Array): Uint32Array {
  const share = MOST_LIKES / index.length;
  return Uint32Array.from({ length: rows }, (_, user) => user).filter(
    (user) => share >= 1 || keys[user]! < share * 2 ** 32,
  );
}

/** The likes of each user of a sample. */
export function likesOf(interactions: SparseRows, keys: Uint32Array): SparseRows {
  return positive(pickedRows(interactions, sampledUsers(interactions, keys)));
}
