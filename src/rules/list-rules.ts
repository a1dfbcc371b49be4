import { boundBy } from '../conditions/bound-expression.js';
import type { Rule } from '../conditions/rule.js';
import type { List, ListRules } from '../ranking/list-rules.js';
import { type Offer, offerOf } from '../ranking/offer.js';
import { type Draft, newDraft } from './draft.js';
import type { Acting, Facts } from './list-rule.js';
import { type PackedArrays, unpacked } from './packed.js';
import { RULES, type RuleValues } from './rules.js';

/** The rules of a run, as children read them. */
export interface RulePlans {
  /** By user of the audience: their index in the data, which rules go by. */
  users: Uint32Array;
  /** What pairs of item and user have to fulfil. */
  where: readonly Rule[];
  /** What each rule that is on planned. */
  plans: RuleValues;
}

/** Bytes that offers of users may take, and what an offer takes for each item. */
const CACHE_BYTES = 1 << 26;
const BYTES_AN_ITEM = 21;

/** The most bytes that a child keeps of what users may get. */
export function offerBytes(users: number, items: number): number {
  return BYTES_AN_ITEM * items + Math.min(CACHE_BYTES, BYTES_AN_ITEM * items * users);
}

/**
 * The stage between candidates and list. It obeys the rules of a plan in the order of `RULES`:
 *
 *     offer ─► rank ─► places of their own ─► the best of the rest, chosen and allowed ─► list
 *
 * @param prior by item: its popularity. @throws RangeError where an array of the plan is missing.
 */
export function listRules(
  spec: string,
  arrays: PackedArrays,
  model: Omit<Facts, 'expression'>,
  prior: Float64Array,
): ListRules {
  const facts: Facts = { ...model, expression: (rule) => boundBy(rule) };
  const { users, where, plans } = unpacked({ spec, arrays }) as RulePlans;
  const acting: Acting[] = [
    ...where.map((rule) => onlyWhere(rule, facts)),
    ...RULES.flatMap(([name, rule]) => (name in plans ? rule.act(plans[name], facts) : [])),
  ];
  const offerFor = offers(acting, facts, prior);
  const draft = newDraft(facts.items, acting);
  const isFilled = filling(draft, acting);
  const reach = Math.max(1, ...acting.map((rule) => rule.reach ?? 1));
  return {
    offerFor: (row) => offerFor(users[row]!),
    candidatesFor: (count) => count * reach,
    listFrom(row, best, count, areAll, scoreOf) {
      const user = users[row]!;
      draft.begin(user, count, offerFor(user), scoreOf);
      for (const rule of acting) rule.begin?.(draft);
      for (const rule of acting) rule.place?.(draft);
      return isFilled(best, count * reach, areAll) ? draft.list() : undefined;
    },
  };
}

/** Offers the items of which a condition holds for the user. */
function onlyWhere(rule: Rule, facts: Facts): Acting {
  const bound = facts.expression(rule);
  return {
    offer: {
      keyOf: (user) => bound.userKey(user),
      change(user, offered) {
        for (let item = 0; item < offered.length; item++) if (!bound.matches(item, user)) offered[item] = 0;
      },
    },
  };
}

/** What users may get, made once for all whom the rules treat alike, or as often as the cache is too small for them. */
function offers(acting: readonly Acting[], { items, offered }: Facts, prior: Float64Array): (user: number) => Offer {
  const changes = acting.flatMap(({ offer }) => offer ?? []);
  const cache = new Map<string, Offer>();
  const most = Math.max(1, Math.floor(CACHE_BYTES / (BYTES_AN_ITEM * items)));
  return (user) => {
    const key = changes.map(({ keyOf }) => keyOf(user)).join('\n');
    const offer = cache.get(key) ?? offerFor(user);
    if (!cache.has(key) && cache.size >= most) cache.delete(cache.keys().next().value ?? '');
    cache.set(key, offer);
    return offer;
  };

  function offerFor(user: number): Offer {
    if (changes.length === 0) return offerOf(prior, offered);
    const own = offered.slice();
    const factor = new Float64Array(items).fill(1);
    for (const { change } of changes) change(user, own, factor);
    return offerOf(prior, own, factor.every((each) => each === 1) ? undefined : factor);
  }
}

/**
 * Fills the free places of a draft, first to last, with the best candidates that are allowed; false where more candidates may fill more
 * places. Of the first `pool` candidates a rule may choose.
 */
function filling(draft: Draft, acting: readonly Acting[]): (best: List, pool: number, areAll: boolean) => boolean {
  const least = Math.max(...acting.map((rule) => rule.least ?? Number.NEGATIVE_INFINITY));
  const choice = acting.find((rule) => rule.choice)?.choice;
  let isOut = new Uint8Array(0);
  return ({ items, scores }, pool, areAll) => {
    const size = scores.findLastIndex((score) => score >= least) + 1;
    const isEnd = areAll || size < items.length;
    const chosenFrom = choice ? Math.min(pool, size) : 0;
    choice?.begin(items.subarray(0, chosenFrom), scores.subarray(0, chosenFrom));
    if (isOut.length < chosenFrom) isOut = new Uint8Array(chosenFrom);
    isOut.fill(0, 0, chosenFrom);
    let next = chosenFrom;
    for (let place = 0; place < draft.count; place++) {
      if (!draft.isFree(place)) continue;
      let at = choice ? bestChoice(choice, items, chosenFrom) : -1;
      if (at >= 0) isOut[at] = 1;
      else {
        while (next < size && !draft.allows(items[next]!)) next++;
        at = next++;
      }
      if (at >= size) return isEnd || acting.some((rule) => rule.isFull?.());
      draft.put(place, items[at]!, scores[at]!, 'byScore');
    }
    return true;
  };

  /** The place among the candidates of what is taken most gladly, of equals the better; -1 where none is allowed. */
  function bestChoice({ worth, mostWorth }: NonNullable<Acting['choice']>, items: Uint32Array, count: number): number {
    let chosen = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at++) {
      if (isOut[at] === 1) continue;
      if (mostWorth(at) <= most) break;
      if (!draft.allows(items[at]!)) {
        isOut[at] = 1;
        continue;
      }
      const own = worth(at, most);
      if (own <= most) continue;
      most = own;
      chosen = at;
    }
    return chosen;
  }
}
