import type { Offer } from '../ranking/offer.js';
import { type BoundExpression, maskOf } from './bound-expression.js';

/** Bytes that the offers of users may take which are kept for others like them. */
const MOST_BYTES = 1 << 26;
/** Of an item in an offer: whether it is offered, and its place in the order. */
const BYTES_AN_ITEM = 5;

/** What each user may get of an offer to all: items for which a condition holds. Users whom it cannot tell apart share what was made last. */
export function userOffers(where: BoundExpression, all: Offer): (user: number) => Offer {
  const items = all.offered.length;
  const most = Math.max(1, Math.floor(MOST_BYTES / (BYTES_AN_ITEM * items)));
  const made = new Map<string, Offer>();
  return (user) => {
    const key = where.userKey(user);
    const known = made.get(key);
    if (known) return known;
    const mask = maskOf(where, items, user);
    const offered = all.offered.map((flag, item) => flag & mask[item]!);
    const order = all.prior.order.filter((item) => offered[item] === 1);
    const offer = { ...all, offered, prior: { ...all.prior, order } };
    const [oldest] = made.keys();
    if (made.size >= most && oldest !== undefined) made.delete(oldest);
    made.set(key, offer);
    return offer;
  };
}
