import { forEachChunk } from '../matrix/chunks.js';
import { float32s } from '../matrix/memory.js';
import type { SampleKeys } from '../matrix/sampling.js';
import type { SparseRows } from '../matrix/sparse.js';
import { choleskyOf, PANEL, type Pause, setRandomSigns, writeDivided, zeros } from './block.js';
import type { Settings } from './settings.js';

/** A part of the model that is not sparse, as scoring reads it:  model[i, j] += η · d_j · ⟨a_i, a_j⟩  between items. */
export interface LowRank {
  /** The factors are those of als: they are all there is, and tell how much each item of a history counts (`FoldIn`). */
  isAls: boolean;
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
/** The most numbers there may be in all: catalogues of more than 131,000 items get fewer an item, of more than a million none. */
export const MOST_NUMBERS = 1 << 23;
/** Rows of so many items take a few milliseconds. */
const AT_ONCE = 4096;
/** Interactions that tastes are told from: where there are more, those of a sample of the users. */
const MOST_LIKES = 2_000_000;
/** Times that similarity is applied: each parts the strongest tastes from the others more clearly. */
const PASSES = 3;
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
 * @param interactions users × items; above 0: liked. They are not read after this returns. @param keys says by what users are sampled,
 * and items get their random signs: the order of a file decides nothing. @param pause is called and awaited every few milliseconds.
 * @returns items × rank, row by row; undefined where users are too few, or data too dense, to gain by it.
 */
export function factorsOf(
  interactions: SparseRows,
  keys: () => SampleKeys,
  pause: Pause,
): Promise<Float32Array> | undefined {
  const { rows: users, columns: items, index } = interactions;
  if (users < FEW_USERS || index.length === 0 || items * PANEL > MOST_NUMBERS) return undefined;
  const mean = index.length / itemsIn(interactions);
  if (mean > DENSE) return undefined;
  const { users: userKeys, items: itemKeys } = keys();
  const scale = Math.sqrt(Math.min(1, THIN / mean) * Math.min(1, users / MANY_USERS));
  return sharedTastes(likesOf(interactions, userKeys), itemKeys, pause).then((tastes) => {
    forEachChunk(tastes.length, (from, to) => {
      for (let at = from; at < to; at++) tastes[at]! *= scale;
    });
    return tastes;
  });
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
export async function sharedTastes(likes: Likes, keys: Uint32Array, pause: Pause): Promise<Float32Array> {
  const items = keys.length;
  const degree = new Float64Array(items);
  for (const item of likes.items) degree[item]!++;
  const root = degree.map((d) => (d > 0 ? 1 / Math.sqrt(d) : 0));
  const rank = Math.max(PANEL, PANEL * Math.floor(Math.min(RANK, MOST_NUMBERS / items) / PANEL));
  const block = zeros(items, rank);
  const image = new Float64Array(items * PANEL);
  for (const [p, panel] of block.panels.entries()) {
    setRandomSigns(panel, p * PANEL, keys);
    for (let pass = 0; pass < PASSES; pass++) {
      apply(likes, root, panel, image.fill(0));
      panel.set(image);
      await pause();
    }
  }
  const u = choleskyOf(block, (mean) => JITTER * mean);
  const tastes = float32s(items * rank);
  for (let from = 0; from < items; from += AT_ONCE) {
    await pause();
    writeDivided(block, from, Math.min(items, from + AT_ONCE), u, root, tastes);
  }
  return tastes;
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

/** Who likes what. */
export interface Likes {
  /** Where the items of each user begin, and where those of the last end. */
  start: Uint32Array;
  items: Uint32Array;
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

/** Adds A · panel to the result:  D^(-½) Xᵀ D_U^(-1) X D^(-½), user by user. */
function apply({ start, items }: Likes, root: Float64Array, panel: Float64Array, result: Float64Array): void {
  forEachChunk(start.length - 1, (first, end) => {
    for (let row = first; row < end; row++) {
      const from = start[row]!;
      const to = start[row + 1]!;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      let g = 0;
      let h = 0;
      for (let entry = from; entry < to; entry++) {
        const at = items[entry]! * PANEL;
        const weight = root[items[entry]!]! / (to - from);
        a += weight * panel[at]!;
        b += weight * panel[at + 1]!;
        c += weight * panel[at + 2]!;
        d += weight * panel[at + 3]!;
        e += weight * panel[at + 4]!;
        f += weight * panel[at + 5]!;
        g += weight * panel[at + 6]!;
        h += weight * panel[at + 7]!;
      }
      for (let entry = from; entry < to; entry++) {
        const at = items[entry]! * PANEL;
        const weight = root[items[entry]!]!;
        result[at]! += weight * a;
        result[at + 1]! += weight * b;
        result[at + 2]! += weight * c;
        result[at + 3]! += weight * d;
        result[at + 4]! += weight * e;
        result[at + 5]! += weight * f;
        result[at + 6]! += weight * g;
        result[at + 7]! += weight * h;
      }
    }
  });
}
