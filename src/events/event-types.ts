import { normalised } from '../csv/cells.js';

/** What rows of a type count beside a plain one, by the type's name; below 0 for a dislike, 0 leaves them out. */
export type EventWeights = ReadonlyMap<string, number>;

/** A type of events as a file writes it first, what its rows weigh, and how many there are. */
export interface EventType {
  name: string;
  weight: number;
  rows: number;
}

/**
 * Weights of the types that exports have, names as `typeKey` makes them; any other type weighs 1, as a view does.
 *
 * What takes something back weighs as much the other way, and a dislike outweighs the views that led to it. Carts are
 * emptied for many reasons, so that says nothing.
 */
const KNOWN: ReadonlyMap<string, number> = weightsOf({
  5: `purchase purchased buy buys bought order orders ordered transaction checkout sale sold paid pay payment conversion placeorder
    orderplaced ordercompleted completeorder completepurchase purchasecompleted`,
  3: `productadded cart carts addtocart addcart carted basket addtobasket bag addtobag begincheckout checkoutstarted`,
  2: `productaddedtowishlist wishlist addtowishlist wish favourite favorite fav favs addtofavourites addtofavorites like liked love loved upvote
    thumbsup bookmark bookmarked save saved`,
  0: `productremoved removefromcart removecart cartremove removefrombasket removefrombag`,
  [-2]: `unlike unfavourite unfavorite removefromwishlist removefromfavourites removefromfavorites unbookmark unsave`,
  [-5]: `return returned refund refunded cancel cancelled canceled ordercancelled ordercanceled dislike disliked
    thumbsdown downvote hide hidden block blocked notinterested`,
});

const PLAIN = 1;
/** Types that weigh as much because they are views. */
const PLAIN_ONES =
  /^(?:pv|(?:product|page|item)?(?:view|click|visit|play|impression|listen|watch|read|open|screen)(?:s|ed|item|page)?)$/;

/** True for text that exports write as a type of events. */
export function isKnownType(cell: string): boolean {
  const key = typeKey(cell);
  return KNOWN.has(key) || PLAIN_ONES.test(key);
}

/** What a type of events weighs, by its `typeKey`. */
export function typeWeight(key: string): number {
  return KNOWN.get(key) ?? PLAIN;
}

export type EventTypes = ReturnType<typeof eventTypes>;

/**
 * The types of one events file, or the statuses of its orders, as its rows are read.
 * @param stated weights by name, which go before those of `weightOf`; names are matched without case and punctuation.
 */
export function eventTypes(stated: EventWeights, weightOf = typeWeight) {
  const statedByKey = new Map([...stated].map(([name, weight]) => [typeKey(name), weight]));
  const byCell = new Map<string, EventType>();
  const byKey = new Map<string, EventType>();
  return {
    /** The type that a cell names. Counting its rows is left to the caller, who may yet refuse the row. */
    of(cell: string): EventType {
      const known = byCell.get(cell);
      if (known) return known;
      const key = typeKey(cell);
      const weight = statedByKey.get(key) ?? weightOf(key);
      const type = byKey.get(key) ?? { name: cell.trim(), weight, rows: 0 };
      byKey.set(key, type);
      byCell.set(cell, type);
      return type;
    },

    /** The types met, as they first came. */
    get inOrder(): EventType[] {
      return [...byKey.values()];
    },

    /** The types met, most rows first. */
    get met(): EventType[] {
      return this.inOrder.sort((a, b) => b.rows - a.rows);
    },
  };
}

/** A type as it is matched: `Add to cart`, `ADD_TO_CART`, `addtocart` → `addtocart`; a sign stays what it is. */
export function typeKey(name: string): string {
  return normalised(name) || name.trim();
}

function weightsOf(names: Readonly<Record<number, string>>): Map<string, number> {
  return new Map(
    Object.entries(names).flatMap(([weight, list]) =>
      list.split(/\s+/).map((name): [string, number] => [name, Number(weight)]),
    ),
  );
}
