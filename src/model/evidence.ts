import { forEachChunk } from '../matrix/chunks.js';
import { float32s, release, uint32s } from '../matrix/memory.js';
import { mapped, type SparseRows, stacked, transposed } from '../matrix/sparse.js';
import { withoutLongHistories } from './long-histories.js';
import { preferenceTrust } from './preferences.js';
import { inversePower, type Settings } from './settings.js';
import { recentPopularity } from './trend.js';
import { weighted } from './weighting.js';

/**
 * What there is to learn from, as the rows of the model need it.
 *
 * A *basket* is a set of items that something holds together: a user who liked them, or an attribute value they
 * share. Attributes enter as such users of their own (collective EASE: Jeunen et al., "Closed-form models for
 * collaborative filtering with side-information", RecSys 2020), which lets a co-occurrence reach items nobody has
 * touched, and the catalogue confirm what people do.
 */
export interface Evidence {
  users: number;
  items: number;
  /** baskets × items, x > 0. Users come first, attribute values behind them. */
  baskets: SparseRows;
  /** users × items, where what users like is not what is in their baskets: of what groups are told. */
  likes: SparseRows | undefined;
  /** The baskets by item: items × baskets. */
  basketsByItem: SparseRows;
  /** What a pair in a basket counts: α · d^(-c). */
  basketWeight: Float64Array;
  /** Users who liked an item: d_j of popularity. */
  popularity: Float64Array;
  /** The same, recent ones counting more: what popularity recommends. */
  trend: Float64Array;
  /** Evidence on an item: users who liked it, and α x² for each attribute value it has. */
  degree: Float64Array;
  /** The diagonal of the Gram matrix: Σ over baskets with i   w · x_i². */
  diagonal: Float64Array;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** attribute values × items, offered ones only: the rows of stated preferences. */
  itemsByAttribute: SparseRows;
  /** groups × users, the users who are learned from. */
  usersByGroup: SparseRows;
  /** 0 to 1: how far stated preferences are to be believed. */
  trust: number;
}

/** Facts about the evidence that scoring needs. */
export type EvidenceFacts = Pick<Evidence, 'popularity' | 'trend' | 'degree' | 'trust'>;

/** What is read, before it is arranged to learn from. */
export interface Observations {
  /** users × items: above 0 liked, and how much; 0 had; below 0 disliked. */
  interactions: SparseRows;
  /** By entry of the interactions: seconds since 1970, NaN unknown. */
  times?: Float64Array | undefined;
  offered: Uint8Array;
  /** items × attribute values. */
  attributes: SparseRows;
  /** users × groups. */
  groups: SparseRows;
  /** users × attribute values they want, below 0 those they do not. */
  preferences: SparseRows;
}

export function evidenceOf(seen: Observations, settings: Settings): Evidence {
  const liked = likedOf(seen.interactions);
  const { rows: users, columns: items } = liked;
  const popularity = countsByColumn(liked);
  const counted = likedOf(withoutLongHistories(seen.interactions, seen.times, settings.longestHistory));
  const learned =
    settings.userWeight === 1 ? weighted(counted, settings.weighting, popularity) : mapped(liked, () => undefined);
  const baskets = stacked(learned, sharedAttributes(seen.attributes, settings));
  const basketsByItem = transposed(baskets);
  const basketWeight = basketWeights(baskets, users, settings);
  const { offered } = seen;
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
    trend: recentPopularity(seen.interactions, seen.times, settings.popularityHalfLife, popularity),
    ...evidenceOnItems(basketsByItem, basketWeight, users, settings),
    offered,
    itemsByAttribute,
    usersByGroup: transposed(seen.groups),
    trust: preferenceTrust(seen.preferences, itemsByAttribute, liked, popularity),
  };
}

/** Lets the large arrays of the evidence go, but those that are the observations' own. */
export function releaseEvidence({ baskets, likes, basketsByItem }: Evidence, { interactions }: Observations): void {
  for (const matrix of [baskets, likes, basketsByItem]) {
    if (matrix && matrix.index !== interactions.index) release(matrix.index);
    if (matrix && matrix.value !== interactions.value) release(matrix.value);
  }
}

/** What is liked; the interactions themselves where all are, since they may be many. */
function likedOf(interactions: SparseRows): SparseRows {
  const { rows, columns, start, index, value } = interactions;
  let liked = 0;
  forEachChunk(value.length, (from, to) => {
    for (let e = from; e < to; e++) if (value[e]! > 0) liked++;
  });
  if (liked === value.length) return interactions;
  const kept = { rows, columns, start: new Uint32Array(rows + 1), index: uint32s(liked), value: float32s(liked) };
  let filled = 0;
  // Rows in which all is liked, and most are such, are copied as they lie.
  let copied = 0;
  const copyUpTo = (end: number) => {
    kept.index.set(index.subarray(copied, end), filled);
    kept.value.set(value.subarray(copied, end), filled);
    filled += end - copied;
  };
  for (let row = 0; row < rows; row++) {
    const [from, end] = [start[row]!, start[row + 1]!];
    if (!areLiked(value, from, end)) {
      copyUpTo(from);
      for (let e = from; e < end; e++) {
        if (!(value[e]! > 0)) continue;
        kept.index[filled] = index[e]!;
        kept.value[filled++] = value[e]!;
      }
      copied = end;
    }
    kept.start[row + 1] = filled + end - copied;
  }
  copyUpTo(index.length);
  return kept;
}

function areLiked(value: Float32Array, from: number, end: number): boolean {
  for (let e = from; e < end; e++) if (!(value[e]! > 0)) return false;
  return true;
}

/** attribute values × items, those values alone that some items share, and not too many of them. */
function sharedAttributes(attributes: SparseRows, settings: Settings): SparseRows {
  const byAttribute = transposed(attributes);
  return mapped(byAttribute, (value, attribute) => {
    const itemsByAttribute = byAttribute.start[attribute + 1]! - byAttribute.start[attribute]!;
    return settings.attributeWeight > 0 && itemsByAttribute >= 2 && itemsByAttribute <= settings.attributeReach
      ? value
      : undefined;
  });
}

function basketWeights(baskets: SparseRows, users: number, settings: Settings): Float64Array {
  return Float64Array.from({ length: baskets.rows }, (_, basket) => {
    const size = baskets.start[basket + 1]! - baskets.start[basket]!;
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
  // The cosine of weighted items divides by their norms, not by how many users there are.
  const byNorm = settings.weighting === 'tfidf';
  const degree = new Float64Array(basketsByItem.rows);
  const diagonal = new Float64Array(basketsByItem.rows);
  const addUp = (item: number, from: number, to: number) => {
    for (let e = from; e < to; e++) {
      const basket = basketsByItem.index[e]!;
      const square = basketsByItem.value[e]! * basketsByItem.value[e]!;
      degree[item]! += basket < users ? (byNorm ? square : 1) : settings.attributeWeight * square;
      diagonal[item]! += basketWeight[basket]! * square;
    }
  };
  for (let item = 0; item < basketsByItem.rows; item++)
    addUp(item, basketsByItem.start[item]!, basketsByItem.start[item + 1]!);
  return { degree, diagonal };
}

function countsByColumn(matrix: SparseRows): Float64Array {
  const counts = new Float64Array(matrix.columns);
  const { index } = matrix;
  forEachChunk(index.length, (from, to) => {
    for (let e = from; e < to; e++) counts[index[e]!]!++;
  });
  return counts;
}
