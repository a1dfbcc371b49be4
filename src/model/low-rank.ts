import { forEachChunk } from '../matrix/chunks.js';
import { float32s, float64s } from '../matrix/memory.js';
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
/** The most numbers there may be in all: catalogues of more than 131,000 items get fewer an item, of more than a million none. */
export const MOST_NUMBERS = 1 << 23;
/** Tastes are told so many at a time: an item has a cache line of them, and a user's sums stay in registers. */
const PANEL = 8;
/** Rows of so many items, all tastes of them, stay in the second cache. */
const TILE = 1024;
/** Rows of so many items take a few milliseconds. */
const AT_ONCE = 4096;
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

/** Lets other work of this process go on. */
type Pause = () => Promise<unknown>;

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
  const u = choleskyOf(block);
  const tastes = float32s(items * rank);
  for (let from = 0; from < items; from += AT_ONCE) {
    await pause();
    writeOrthonormal(block, from, Math.min(items, from + AT_ONCE), u, root, tastes);
  }
  return tastes;
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

/** Numbers of items, items × rank, as panels of 8 columns, each row by row: one after the other, they stay in the cache. */
interface Block {
  items: number;
  rank: number;
  panels: Float64Array[];
}

function zeros(items: number, rank: number): Block {
  const all = float64s(items * rank);
  const panels = Array.from({ length: rank / PANEL }, (_, p) =>
    all.subarray(p * items * PANEL, (p + 1) * items * PANEL),
  );
  return { items, rank, panels };
}

function setRandomSigns(panel: Float64Array, column: number, keys: Uint32Array): void {
  forEachChunk(keys.length, (from, to) => {
    for (let item = from, at = from * PANEL; item < to; item++)
      for (let k = column; k < column + PANEL; k++, at++) panel[at] = hashOf(SEED, keys[item]!, k) & 1 ? 1 : -1;
  });
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

/** The Cholesky factor of a block's square, by which it becomes orthonormal: U with  Uᵀ U = blockᵀ · block,  rank × rank, row by row. */
function choleskyOf({ panels, items, rank }: Block): Float64Array {
  const u = new Float64Array(rank * rank);
  for (let from = 0; from < items; from += TILE) {
    const to = Math.min(items, from + TILE);
    for (let i = 0; i < rank; i++)
      for (let p = Math.floor(i / PANEL); p < panels.length; p++)
        addProducts(panels[Math.floor(i / PANEL)]!, i % PANEL, panels[p]!, from, to, u, i * rank + p * PANEL);
  }
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += u[i * rank + i]!;
  for (let i = 0; i < rank; i++) u[i * rank + i]! += (JITTER * trace) / rank;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = u[j * rank + i]!;
      for (let k = 0; k < j; k++) sum -= u[k * rank + i]! * u[k * rank + j]!;
      u[j * rank + i] = i === j ? Math.sqrt(sum) : sum / u[j * rank + j]!;
    }
  }
  return u;
}

/** Adds up, over some items, the products of a column of a panel with each column of another, from sums[at] on. */
function addProducts(
  left: Float64Array,
  column: number,
  right: Float64Array,
  from: number,
  to: number,
  sums: Float64Array,
  at: number,
): void {
  let a = sums[at]!;
  let b = sums[at + 1]!;
  let c = sums[at + 2]!;
  let d = sums[at + 3]!;
  let e = sums[at + 4]!;
  let f = sums[at + 5]!;
  let g = sums[at + 6]!;
  let h = sums[at + 7]!;
  for (let row = from * PANEL; row < to * PANEL; row += PANEL) {
    const x = left[row + column]!;
    a += x * right[row]!;
    b += x * right[row + 1]!;
    c += x * right[row + 2]!;
    d += x * right[row + 3]!;
    e += x * right[row + 4]!;
    f += x * right[row + 5]!;
    g += x * right[row + 6]!;
    h += x * right[row + 7]!;
  }
  sums[at] = a;
  sums[at + 1] = b;
  sums[at + 2] = c;
  sums[at + 3] = d;
  sums[at + 4] = e;
  sums[at + 5] = f;
  sums[at + 6] = g;
  sums[at + 7] = h;
}

/** Divides the rows of some items by U, and writes them, each times its scale. */
function writeOrthonormal(
  { panels, rank }: Block,
  from: number,
  to: number,
  u: Float64Array,
  scale: Float64Array,
  tastes: Float32Array,
): void {
  // Four items at a time: no sum waits for the one before it.
  const rows = new Float64Array(4 * rank);
  for (let item = from; item < to; item += 4) {
    const lanes = Math.min(4, to - item);
    for (let k = 0; k < rank; k++)
      for (let lane = 0; lane < lanes; lane++)
        rows[4 * k + lane] = panels[Math.floor(k / PANEL)]![(item + lane) * PANEL + (k % PANEL)]!;
    for (let i = 0; i < rank; i++) {
      let a = rows[4 * i]!;
      let b = rows[4 * i + 1]!;
      let c = rows[4 * i + 2]!;
      let d = rows[4 * i + 3]!;
      for (let k = 0; k < i; k++) {
        const x = u[k * rank + i]!;
        a -= x * rows[4 * k]!;
        b -= x * rows[4 * k + 1]!;
        c -= x * rows[4 * k + 2]!;
        d -= x * rows[4 * k + 3]!;
      }
      const x = u[i * rank + i]!;
      rows[4 * i] = a / x;
      rows[4 * i + 1] = b / x;
      rows[4 * i + 2] = c / x;
      rows[4 * i + 3] = d / x;
    }
    for (let lane = 0; lane < lanes; lane++)
      for (let k = 0; k < rank; k++) tastes[(item + lane) * rank + k] = rows[4 * k + lane]! * scale[item + lane]!;
  }
}
