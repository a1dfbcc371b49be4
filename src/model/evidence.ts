import { stacked } from '../matrix/combined.js';
import { release } from '../matrix/memory.js';
import type { RowWriter } from '../matrix/row-writer.js';
import {
  countsOf,
  emptyRows,
  mapped,
  positive,
  rowLength,
  rowLengths,
  type SparseRows,
  transposed,
} from '../matrix/sparse.js';
import { withoutLongHistories } from './long-histories.js';
import { preferenceTrust } from './rows/preferences.js';
import { type Sequences, sequencesOf } from './sequences.js';
import { inversePower, type Settings } from './settings.js';
import { recentPopularity } from './trend.js';
import { weighted } from './weighting.js';

/**
 * The data to learn from, in the form that the rows of the model need.
 *
 * A *basket* is a set of items that belong together: those a user liked, or those that share an attribute value. So attributes
 * act as additional users (collective EASE: Jeunen et al., "Closed-form models for collaborative filtering with
 * side-information", RecSys 2020). Items that nobody has touched then have co-occurrences too, and the catalogue adds to the
 * evidence from users.
 */
export interface Evidence {
  users: number;
  items: number;
  /** baskets × items, x > 0. Users come first, then attribute values. */
  baskets: SparseRows;
  /** users × items: the likes that groups are learned from; undefined if they are the users' baskets, or if there are no groups. */
  likes: SparseRows | undefined;
  /** items × baskets: the transpose of `baskets`. */
  basketsByItem: SparseRows;
  /** By basket: the weight of a pair in it, α · d^(-c). */
  basketWeight: Float64Array;
  /** By item: the number of users who liked it. */
  popularity: Float64Array;
  /** Like `popularity`, but recent likes count more. The prior comes from this. */
  trend: Float64Array;
  /** By item: the evidence d_i on it: 1 (or x², if weighted by tf-idf) for each user who liked it, and α x² for each attribute value. */
  degree: Float64Array;
  /** The likes of each user by time; undefined unless the model learns which item follows which. */
  sequences: Sequences | undefined;
  /** The diagonal of the Gram matrix: Σ over baskets with i   w · x_i². */
  diagonal: Float64Array;
  /** By item: 1 if it may be recommended, else 0. */
  offered: Uint8Array;
  /** attribute values × items, offered ones only: the rows of stated preferences. */
  itemsByAttribute: SparseRows;
  /** groups × users. */
  usersByGroup: SparseRows;
  /** 0 to 1: how closely users' likes match their stated preferences. */
  trust: number;
}

/** Writes the learned row of an item. @returns its P_i; 1 if the method has none. */
export type RowOfItem = (item: number, out: RowWriter) => number;

/** Facts about the evidence that scoring needs. */
export type EvidenceFacts = Pick<Evidence, 'popularity' | 'trend' | 'degree' | 'trust'>;

/** The data as it was read, before `evidenceOf` arranges it for learning. */
export interface Observations {
  /** users × items: above 0, how much the user liked the item; 0: had it, neutral; below 0: disliked it. */
  interactions: SparseRows;
  /** By entry of the interactions: seconds since 1970, NaN unknown. */
  times?: Float64Array | undefined;
  offered: Uint8Array;
  /** items × attribute values. */
  attributes: SparseRows;
  /** users × groups. */
  groups: SparseRows;
  /** users × attribute values: above 0 wanted, below 0 unwanted. */
  preferences: SparseRows;
}

export function evidenceOf(seen: Observations, settings: Settings): Evidence {
  const { interactions, times, offered } = seen;
  const liked = positive(interactions);
  const { rows: users, columns: items } = liked;
  const popularity = countsByColumn(liked);
  const shortened = withoutLongHistories(interactions, times, settings.longestHistory);
  const counted = shortened === interactions ? liked : positive(shortened);
  const learned =
    settings.userWeight === 1 ? weighted(counted, settings.weighting, popularity) : emptyRows(users, items);
  const baskets = stacked(learned, sharedAttributes(seen.attributes, settings));
  const basketsByItem = transposed(baskets);
  const basketWeight = basketWeights(baskets, users, settings);
  const itemsByAttribute = transposed(
    mapped(seen.attributes, (value, item) => (offered[item] === 1 ? value : undefined)),
  );
  return {
    users,
    items,
    baskets,
    likes: learned.index === liked.index || seen.groups.index.length === 0 ? undefined : liked,
    basketsByItem,
    basketWeight,
    popularity,
    trend: recentPopularity(interactions, times, settings.popularityHalfLife, popularity),
    ...evidenceOnItems(basketsByItem, basketWeight, users, settings),
    sequences: times && settings.follow > 0 ? sequencesOf(interactions, times) : undefined,
    offered,
    itemsByAttribute,
    usersByGroup: transposed(seen.groups),
    trust: preferenceTrust(seen.preferences, itemsByAttribute, liked, popularity),
  };
}

/** Releases the large arrays of the evidence, except those that belong to the observations. */
export function releaseEvidence({ baskets, likes, basketsByItem }: Evidence, { interactions }: Observations): void {
  for (const matrix of [baskets, likes, basketsByItem]) {
    if (matrix && matrix.index !== interactions.index) release(matrix.index);
    if (matrix && matrix.value !== interactions.value) release(matrix.value);
  }
}

/** attribute values × items: only values that at least two and at most `attributeReach` items share. */
function sharedAttributes(attributes: SparseRows, { attributeWeight, attributeReach }: Settings): SparseRows {
  const byAttribute = transposed(attributes);
  return mapped(byAttribute, (value, attribute) => {
    const items = rowLength(byAttribute, attribute);
    return attributeWeight > 0 && items >= 2 && items <= attributeReach ? value : undefined;
  });
}

/** By item: the part of the evidence on it that comes from its attributes. */
export function attributeEvidence(attributes: SparseRows, settings: Settings): Float64Array {
  const { index, value } = sharedAttributes(attributes, settings);
  const evidence = new Float64Array(attributes.rows);
  index.forEach((item, e) => {
    evidence[item]! += settings.attributeWeight * value[e]! * value[e]!;
  });
  return evidence;
}

function basketWeights(baskets: SparseRows, users: number, settings: Settings): Float64Array {
  return rowLengths(baskets).map((size, basket) => {
    const strength = basket < users ? 1 : settings.attributeWeight;
    return size === 0 ? 0 : strength * inversePower(size, settings.basketDamping);
  });
}

function evidenceOnItems(
  basketsByItem: SparseRows,
  basketWeight: Float64Array,
  users: number,
  settings: Settings,
): { degree: Float64Array; diagonal: Float64Array } {
  // With tf-idf weights, the cosine divides by the norms of the items, not by their numbers of users.
  const byNorm = settings.weighting === 'tfidf';
  const degree = new Float64Array(basketsByItem.rows);
  const diagonal = new Float64Array(basketsByItem.rows);
  const addUp = (item: number, from: number, to: number) => {
    const { index, value } = basketsByItem;
    let ownDegree = 0;
    let ownDiagonal = 0;
    for (let e = from; e < to; e++) {
      const basket = index[e]!;
      const square = value[e]! * value[e]!;
      ownDegree += basket < users ? (byNorm ? square : 1) : settings.attributeWeight * square;
      ownDiagonal += basketWeight[basket]! * square;
    }
    degree[item] = ownDegree;
    diagonal[item] = ownDiagonal;
  };
  for (let item = 0; item < basketsByItem.rows; item++)
    addUp(item, basketsByItem.start[item]!, basketsByItem.start[item + 1]!);
  return { degree, diagonal };
}

/** The number of entries of each column. */
export function countsByColumn({ index, columns }: SparseRows): Float64Array {
  return new Float64Array(countsOf(index, columns));
}
