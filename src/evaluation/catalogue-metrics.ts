import { hashOf, sample } from '../matrix/sampling.js';
import { mapped, rowLengths, rowOf, type SparseRows, transposed } from '../matrix/sparse.js';
import { type Lists, listOf } from './lists.js';

/** The metrics of all lists together. */
export const CATALOGUE_METRICS = ['coverage', 'gini', 'novelty', 'diversity'] as const;

/** Facts about the items that these metrics need. */
export type ItemFacts = ReturnType<typeof itemFacts>;

/**
 * @param train users × items, the part that is learned from. @param offered by item: 1 where it may be recommended.
 * @returns `likers`: items × users who liked them; `activeUsers`: users who liked anything.
 */
export function itemFacts(train: SparseRows, offered: Uint8Array) {
  const liked = mapped(train, (value) => (value > 0 ? 1 : undefined));
  const activeUsers = rowLengths(liked).reduce((users, likes) => users + (likes > 0 ? 1 : 0), 0);
  return { likers: transposed(liked), activeUsers, offered };
}

/**
 * Measures all lists, up to a cut, against the catalogue.
 * @param sampled the lists whose diversity is measured, as `diversitySample` draws them.
 * @returns undefined where there is nothing to measure: no recommendation at all, or no list of two items for `diversity`.
 */
export function measureCatalogue(lists: Lists, facts: ItemFacts, cut: number, sampled: Uint32Array) {
  const counts = timesRecommended(lists, facts.offered.length, cut);
  const ofOffered = counts.filter((_, item) => facts.offered[item] === 1);
  return {
    coverage: coverage(ofOffered),
    gini: gini(ofOffered),
    novelty: novelty(lists, selfInformation(facts), cut),
    // Lists of fewer than two items have none.
    diversity: meanOver(sampled, lists, cut, diversityMeter(facts)),
  };
}

const DIVERSITY_SAMPLE = 1000;
const DIVERSITY_STREAM = 0x0d1f;

/** Draws the 1,000 lists whose diversity is measured: the standard error of their mean is 1/32 of the standard deviation between lists. */
export function diversitySample(lists: number, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: lists }, (_, row) => row);
  return sample(all, DIVERSITY_SAMPLE, (list) => hashOf(seed, DIVERSITY_STREAM, list));
}

/** The share of offered items that are in at least one list. */
export function coverage(counts: Uint32Array): number | undefined {
  if (counts.length === 0) return undefined;
  return counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0) / counts.length;
}

/**
 * How unequally recommendations are spread over the offered items: 0 evenly, near 1 all on one item (Gini, 1912).
 *
 *     Σ_i (2i − n − 1) · x_i  /  (n · Σ x)         x rising, i from 1 to n items
 */
export function gini(counts: Uint32Array): number | undefined {
  const rising = counts.slice().sort();
  const n = rising.length;
  let total = 0;
  let weighted = 0;
  rising.forEach((count, at) => {
    total += count;
    weighted += (2 * (at + 1) - n - 1) * count;
  });
  return total === 0 ? undefined : weighted / (n * total);
}

/**
 * The self-information of each item, in bits: −log₂ of the share of active users who like it (Zhou et al., 2010). For an item that
 * nobody likes yet it would be infinite: it counts as if half a user did. Without active users all items have 0 bits.
 */
export function selfInformation({ likers, activeUsers }: ItemFacts): Float64Array {
  if (activeUsers === 0) return new Float64Array(likers.rows);
  return rowLengths(likers).map((users) => Math.log2(activeUsers / Math.max(users, 0.5)));
}

/** The mean over lists of the mean self-information of their items; empty lists do not count. */
export function novelty(lists: Lists, bits: Float64Array, cut: number): number | undefined {
  const rows = Uint32Array.from({ length: lists.start.length - 1 }, (_, row) => row);
  return meanOver(rows, lists, cut, (list) => {
    if (list.length === 0) return undefined;
    return list.reduce((sum, item) => sum + bits[item]!, 0) / list.length;
  });
}

/** The mean of a measure over some lists, each up to a cut; lists for which it is undefined do not count. */
function meanOver(
  rows: Uint32Array,
  lists: Lists,
  cut: number,
  measure: (list: Uint32Array) => number | undefined,
): number | undefined {
  let total = 0;
  let measured = 0;
  for (const row of rows) {
    const value = measure(listOf(lists, row).subarray(0, cut));
    if (value === undefined) continue;
    total += value;
    measured++;
  }
  return measured === 0 ? undefined : total / measured;
}

/**
 * Intra-list diversity: the mean of 1 − cosine over the pairs of a list's items, an item being the vector of the users who like it (Ziegler
 * et al., 2005, by users instead of topics). An item that nobody likes has nothing in common with any other.
 *
 * The cosines need no loop over pairs: with unit vectors v, Σ over pairs v_i · v_j = (‖Σ v_i‖² − Σ ‖v_i‖²) / 2, at a cost of the number of
 * cells of the items.
 */
export function diversityMeter({ likers }: ItemFacts): (list: Uint32Array) => number | undefined {
  const sum = new Float64Array(likers.columns);
  return (list) => {
    if (list.length < 2) return undefined;
    let unitVectors = 0;
    let squared = 0;
    for (const item of list) {
      const users = rowOf(likers, item);
      if (users.length === 0) continue;
      unitVectors++;
      const cell = 1 / Math.sqrt(users.length);
      for (const user of users) {
        // ‖s‖² grows by 2·s·cell + cell² where a cell is added.
        squared += (2 * sum[user]! + cell) * cell;
        sum[user]! += cell;
      }
    }
    for (const item of list) for (const user of rowOf(likers, item)) sum[user] = 0;
    const pairs = (list.length * (list.length - 1)) / 2;
    // With items that have identical users, rounding may give a value below 0.
    return Math.max(0, 1 - (squared - unitVectors) / 2 / pairs);
  };
}

/** By item: how many lists hold it. */
function timesRecommended(lists: Lists, items: number, cut: number): Uint32Array {
  const counts = new Uint32Array(items);
  for (let row = 0; row + 1 < lists.start.length; row++) {
    for (const item of listOf(lists, row).subarray(0, cut)) counts[item]!++;
  }
  return counts;
}
