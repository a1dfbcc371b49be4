import { type BlockOf, type Likes, PANEL } from '../kernels/blocks.js';
import { float32s } from '../matrix/memory.js';
import type { SampleKeys } from '../matrix/sampling.js';
import type { SparseRows } from '../matrix/sparse.js';
import { choleskyOf, divide, type Pause, setRandomSigns } from './block.js';
import { countsByColumn } from './evidence.js';
import type { Settings } from './settings.js';

/** A part of the model that is not sparse, as scoring reads it:  model[i, j] += η · d_j · ⟨a_i, a_j⟩  between items. */
export interface LowRank {
  /** The factors are those of als: they are all there is, and tell how much each item of a history counts (`foldIn`). */
  isAls: boolean;
  /** Numbers an item, a multiple of four. */
  rank: number;
  /** a, items × rank, row by row. */
  factors: Float32Array;
  /** d, by item: the users who liked it. */
  popularity: Float64Array;
  /** η > 0. */
  weight: number;
}

/** Numbers of tastes: what two thousand users share is soon noise, what tens of thousands share is not. */
const RANK = 256;
const RANK_OF_MANY = 384;
/** From this many users on, the larger number. */
const FOR_MANY = 12_800;
/** The most numbers there may be in all: catalogues of more than 131,000 items get fewer an item, of more than 2 million none. */
const MOST_NUMBERS = 1 << 25;
/** Interactions that tastes are told from: where there are more, those of a sample of the users. */
const MOST_LIKES = 2_000_000;
/** Users that are looked at in a few milliseconds. */
const AT_ONCE = 4096;
/** Times that similarity is applied: each parts the strongest tastes from the others more clearly. */
const PASSES = 3;
/** Up to this many likes an item, on average, tastes count in full; above, they count less in proportion, and from the second on not at all. */
const THIN = 20;
const DENSE = 40;
/** From this many users on they count in full; with fewer, less in proportion, and below the second not at all. */
const MANY_USERS = 6400;
const FEW_USERS = 500;
/** What keeps the factorisation from dividing by 0 where there are fewer tastes than numbers, as a share of the diagonal. */
const JITTER = 1e-7;

/**
 * The factors a of items, such that   ⟨a_i, a_j⟩ · d_j = t · s_i s_j · (D^(-½) Q Qᵀ D^(½))_ij,   t = min(1, 20 / mean d_i) · min(1, users / 6,400),
 * where Q Qᵀ projects on the tastes that most users share, and s_i is the share of users in the evidence on item i.
 * @param interactions users × items; above 0: liked. They are not read after this returns. @param attributeEvidence by item: the rest of
 * the evidence. @param keys says by what users are sampled, and items get their random signs: the order of a file decides nothing.
 * @param pause is called and awaited every few milliseconds.
 * @returns items × rank, row by row; undefined where users are too few, or data too dense, to gain by it.
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

/** How many numbers such factors are, at most. */
export function mostNumbers(users: number, items: number): number {
  return users < FEW_USERS ? 0 : Math.min(MOST_NUMBERS, rankOf(users) * items);
}

function rankOf(users: number): number {
  return users < FOR_MANY ? RANK : RANK_OF_MANY;
}

/** As many numbers a row as there may be of so many. */
export function rankFor(rows: number, most: number): number {
  return Math.max(PANEL, PANEL * Math.floor(Math.min(most, MOST_NUMBERS / rows) / PANEL));
}

/**
 * The same with t = 1 and s = 1, for any data. The columns of Q are the strongest eigenvectors of the similarity of items,
 *
 *     A = D^(-½) · Xᵀ · D_U^(-1) · X · D^(-½)
 *
 * X says who likes what, D and D_U are the likes of items and users. It is the ideal low-pass filter of GF-CF (Shen et al., "How powerful
 * is graph convolution for recommendation?", CIKM 2021), which relates items that nobody had together. Q comes from subspace iteration
 * that begins with random signs (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011).
 */
export async function sharedTastes(
  likes: Likes,
  keys: Uint32Array,
  tastes: number,
  blockOf: BlockOf,
  pause: Pause,
): Promise<Float32Array> {
  const items = keys.length;
  const degree = new Float64Array(items);
  for (const item of likes.items) degree[item]!++;
  const root = degree.map((d) => (d > 0 ? 1 / Math.sqrt(d) : 0));
  const block = blockOf(items, rankFor(items, tastes), { likes, weight: Float32Array.from(root) });
  const users = likes.start.length - 1;
  for (const [p, panel] of block.panels.entries()) {
    setRandomSigns(block, p, keys);
    for (let pass = 0; pass < PASSES; pass++) {
      block.image.fill(0);
      for (let from = 0; from < users; from += AT_ONCE) {
        block.smooth(p, from, Math.min(users, from + AT_ONCE));
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

/** What scoring reads of factors; undefined where there are none, or they count nothing. @param popularity by item. */
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

/** As many users as may be: those with the smallest keys. */
export function sampledUsers({ rows, index }: SparseRows, keys: Uint32Array): Uint32Array {
  const share = MOST_LIKES / index.length;
  return Uint32Array.from({ length: rows }, (_, user) => user).filter(
    (user) => share >= 1 || keys[user]! < share * 2 ** 32,
  );
}

/** The liked items of each user of a sample. */
export function likesOf(interactions: SparseRows, keys: Uint32Array): Likes {
  const { start, index, value } = interactions;
  const users = sampledUsers(interactions, keys);
  const starts = new Uint32Array(users.length + 1);
  const items: number[] = [];
  users.forEach((user, row) => {
    for (let e = start[user]!; e < start[user + 1]!; e++) if (value[e]! > 0) items.push(index[e]!);
    starts[row + 1] = items.length;
  });
  return { start: starts, items: Uint32Array.from(items) };
}
