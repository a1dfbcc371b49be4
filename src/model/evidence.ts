import { inversePower, type Settings } from './settings.js';
import { mapped, type SparseRows, stacked, transposed } from './sparse.js';

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
  /** The same by item: items × baskets. */
  holders: SparseRows;
  /** What a pair in a basket counts: α · d^(-c). */
  basketWeight: Float64Array;
  /** Users who liked an item: d_j of popularity. */
  popularity: Float64Array;
  /** Evidence on an item: users who liked it, and α for each attribute value it shares. */
  degree: Float64Array;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** attribute values × items, offered ones only: the rows of stated preferences. */
  carriers: SparseRows;
  /** groups × users, the users who are learned from. */
  members: SparseRows;
}

/** What is read, before it is arranged to learn from. */
export interface Observations {
  /** users × items, below 0 for dislikes. */
  interactions: SparseRows;
  offered: Uint8Array;
  /** items × attribute values. */
  attributes: SparseRows;
  /** users × groups. */
  groups: SparseRows;
}

export function evidenceOf(seen: Observations, settings: Settings): Evidence {
  const liked = mapped(seen.interactions, (value) => (value > 0 ? value : undefined));
  const byAttribute = transposed(seen.attributes);
  const shared = mapped(byAttribute, (value, attribute) => {
    const carriers = byAttribute.start[attribute + 1]! - byAttribute.start[attribute]!;
    return settings.attributeWeight > 0 && carriers >= 2 && carriers <= settings.attributeReach ? value : undefined;
  });
  const baskets = stacked(liked, shared);
  const holders = transposed(baskets);
  const { users, items } = { users: liked.rows, items: liked.columns };
  const basketWeight = Float64Array.from({ length: baskets.rows }, (_, basket) => {
    const size = baskets.start[basket + 1]! - baskets.start[basket]!;
    const strength = basket < users ? 1 : settings.attributeWeight;
    return size === 0 ? 0 : strength * inversePower(size, settings.basketDamping);
  });
  const popularity = new Float64Array(items);
  const degree = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    for (let e = holders.start[item]!; e < holders.start[item + 1]!; e++) {
      const byUser = holders.index[e]! < users;
      if (byUser) popularity[item]!++;
      degree[item]! += byUser ? 1 : settings.attributeWeight;
    }
  }
  const { offered } = seen;
  const carriers = transposed(mapped(seen.attributes, (value, item) => (offered[item] === 1 ? value : undefined)));
  return {
    users,
    items,
    baskets,
    holders,
    basketWeight,
    popularity,
    degree,
    offered,
    carriers,
    members: transposed(seen.groups),
  };
}
