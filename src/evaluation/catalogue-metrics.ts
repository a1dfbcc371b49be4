import { hashOf, sample } from '../matrix/sampling.js';
import { mapped, type SparseRows, transposed } from '../matrix/sparse.js';
import { type Lists, listOf } from './lists.js';

/** What is measured over all lists together. */
export const CATALOGUE_METRICS = ['coverage', 'gini', 'novelty', 'diversity'] as const;
export type CatalogueMetric = (typeof CATALOGUE_METRICS)[number];

/** Undefined where there is nothing to measure: no recommendation at all, or no list of two items for `diversity`. */
export type CatalogueFigures = Record<CatalogueMetric, number | undefined>;

/** What is known of the items beside their place in lists. */
export interface ItemFacts {
  /** items × users who liked them, of the part that is learned from. */
  likers: SparseRows;
  /** Users who liked anything. */
  activeUsers: number;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
}

/** @param train users × items, the part that is learned from. */
export function itemFacts(train: SparseRows, offered: Uint8Array): ItemFacts {
  const liked = mapped(train, (value) => (value > 0 ? 1 : undefined));
  let activeUsers = 0;
  for (let user = 0; user < liked.rows; user++) if (liked.start[user + 1]! > liked.start[user]!) activeUsers++;
  return { likers: transposed(liked), activeUsers, offered };
}

/**
 * Measures all lists, as far as a cut, against the catalogue.
 *
 * @param sampled the lists whose diversity is measured, as `diversitySample` draws them.
 */
export function measureCatalogue(lists: Lists, facts: ItemFacts, cut: number, sampled: Uint32Array): CatalogueFigures {
  const counts = timesRecommended(lists, facts.offered.length, cut);
  const ofOffered = counts.filter((_, item) => facts.offered[item] === 1);
  return {
    coverage: coverage(ofOffered),
    gini: gini(ofOffered),
    novelty: novelty(lists, selfInformation(facts), cut),
    diversity: diversity(lists, facts, cut, sampled),
  };
}

const DIVERSITY_SAMPLE = 1000;
const DIVERSITY_STREAM = 0x0d1f;

/**
 * Draws the lists whose diversity is measured, 1,000 of them: their mean is known to a thirtieth of what single lists
 * differ by.
 */
export function diversitySample(lists: number, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: lists }, (_, row) => row);
  return sample(all, DIVERSITY_SAMPLE, (list) => hashOf(seed, DIVERSITY_STREAM, list));
}

/** The share of offered items that somebody is recommended. */
export function coverage(counts: Uint32Array): number | undefined {
  if (counts.length === 0) return undefined;
  return counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0) / counts.length;
}

/**
 * How unequally recommendations fall on the offered items: 0 all alike, towards 1 all on one (Gini, 1912).
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
 * What it tells to meet an item, in bits: −log₂ of the share of active users who like it (Zhou et al., 2010). An item that
 * nobody likes yet would be infinitely new: it counts as if half a user did. Without active users all items are 0 bits.
 */
export function selfInformation({ likers, activeUsers }: ItemFacts): Float64Array {
  const bits = new Float64Array(likers.rows);
  if (activeUsers === 0) return bits;
  for (let item = 0; item < bits.length; item++) {
    const users = likers.start[item + 1]! - likers.start[item]!;
    bits[item] = Math.log2(activeUsers / Math.max(users, 0.5));
  }
  return bits;
}

/** The mean over lists of the mean self-information of their items; empty lists say nothing. */
export function novelty({ start, items }: Lists, bits: Float64Array, cut: number): number | undefined {
  let total = 0;
  let measured = 0;
  for (let row = 0; row + 1 < start.length; row++) {
    const from = start[row]!;
    const end = Math.min(from + cut, start[row + 1]!);
    if (end === from) continue;
    let sum = 0;
    for (let at = from; at < end; at++) sum += bits[items[at]!]!;
    total += sum / (end - from);
    measured++;
  }
  return measured === 0 ? undefined : total / measured;
}

/** The mean diversity of the sampled lists that have two items or more. */
function diversity(lists: Lists, facts: ItemFacts, cut: number, sampled: Uint32Array): number | undefined {
  const diversityOf = diversityMeter(facts);
  let total = 0;
  let measured = 0;
  for (const row of sampled) {
    const value = diversityOf(listOf(lists, row).subarray(0, cut));
    if (value === undefined) continue;
    total += value;
    measured++;
  }
  return measured === 0 ? undefined : total / measured;
}

/**
 * Intra-list diversity: the mean of 1 − cosine over the pairs of a list's items, an item being the vector of the users
 * who like it (Ziegler et al., 2005, by users instead of topics). An item that nobody likes has nothing in common with
 * any other.
 *
 * The cosines need no pairs: with unit vectors v, Σ over pairs v_i · v_j = (‖Σ v_i‖² − Σ ‖v_i‖²) / 2, which costs the
 * cells of the items alone.
 */
export function diversityMeter({ likers }: ItemFacts): (list: Uint32Array) => number | undefined {
  const sum = new Float64Array(likers.columns);
  return (list) => {
    if (list.length < 2) return undefined;
    let unitVectors = 0;
    let squared = 0;
    for (const item of list) {
      const users = likers.index.subarray(likers.start[item]!, likers.start[item + 1]!);
      if (users.length === 0) continue;
      unitVectors++;
      const cell = 1 / Math.sqrt(users.length);
      for (const user of users) {
        // ‖s‖² grows by 2·s·cell + cell² where a cell is added.
        squared += (2 * sum[user]! + cell) * cell;
        sum[user]! += cell;
      }
    }
    for (const item of list) {
      for (const user of likers.index.subarray(likers.start[item]!, likers.start[item + 1]!)) sum[user] = 0;
    }
    const pairs = (list.length * (list.length - 1)) / 2;
    // Items with the very same users come out at 0 but for rounding.
    return Math.max(0, 1 - (squared - unitVectors) / 2 / pairs);
  };
}

function timesRecommended({ start, items }: Lists, offered: number, cut: number): Uint32Array {
  const counts = new Uint32Array(offered);
  for (let row = 0; row + 1 < start.length; row++) {
    const end = Math.min(start[row]! + cut, start[row + 1]!);
    for (let at = start[row]!; at < end; at++) counts[items[at]!]!++;
  }
  return counts;
}
