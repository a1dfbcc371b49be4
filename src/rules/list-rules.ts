import { boundExpression, type Rule } from '../conditions/rule.js';
import type { Offer } from '../kernels/best.js';
import { type List, type ListRules, offerOf } from '../ranking/list-rules.js';
import { type Draft, newDraft } from './draft.js';
import type { ActiveRule, Choice, Facts } from './list-rule.js';
import { type PackedArrays, unpacked } from './packed.js';
import { RULES, type RuleValues } from './rules.js';

/** The rules of a run, as children read them. */
export interface RulePlans {
  /** By row of the audience: the user's index in the data, which rules use. */
  users: Uint32Array;
  /** Conditions that pairs of item and user have to meet. */
  where: readonly Rule[];
  /** The plan of each rule that is on. */
  plans: RuleValues;
}

/** How many bytes cached offers may take, and how many an offer takes for each item. */
const CACHE_BYTES = 1 << 26;
const BYTES_AN_ITEM = 21;

/** The most bytes that the offers in a child take. */
export function offerBytes(users: number, items: number): number {
  return BYTES_AN_ITEM * items + Math.min(CACHE_BYTES, BYTES_AN_ITEM * items * users);
}

/**
 * Makes lists of candidates by the rules of a plan, in the order of `RULES`:
 *
 *     offer ─► rank ─► places of their own ─► the best of the rest, chosen and allowed ─► list
 *
 * @param prior by item: its popularity. @throws RangeError where an array of the plan is missing.
 */
export function listRules(spec: string, arrays: PackedArrays, facts: Facts, prior: Float64Array): ListRules {
  const { users, where, plans } = unpacked({ spec, arrays }) as RulePlans;
  const active: ActiveRule[] = [
    ...where.map(onlyWhere),
    ...RULES.flatMap(([name, rule]) => (name in plans ? rule.act(plans[name], facts) : [])),
  ];
  const offerFor = offers(active, facts, prior);
  const draft = newDraft(facts.items, active);
  const fill = filler(draft, active);
  const poolFactor = Math.max(1, ...active.map((rule) => rule.poolFactor ?? 1));
  return {
    offerFor: (row) => offerFor(users[row]!),
    candidatesFor: (count) => count * poolFactor,
    listFrom(row, best, count, areAll, scoreOf) {
      const user = users[row]!;
      draft.begin(user, count, offerFor(user), scoreOf);
      for (const rule of active) rule.begin?.(draft);
      for (const rule of active) rule.place?.(draft);
      return fill(best, count * poolFactor, areAll) ? draft.list() : undefined;
    },
  };
}

/** Offers only items for which a condition holds with the user. */
function onlyWhere(rule: Rule): ActiveRule {
  const bound = boundExpression(rule);
  return {
    offer: {
      keyOf: bound.userKey,
      change(user, offered) {
        for (let item = 0; item < offered.length; item++) if (!bound.matches(item, user)) offered[item] = 0;
      },
    },
  };
}

/** @returns the offer for a user. Users whom all rules treat alike share one, as long as the cache holds it. */
function offers(rules: readonly ActiveRule[], { items, offered }: Facts, prior: Float64Array): (user: number) => Offer {
  const changes = rules.flatMap(({ offer }) => offer ?? []);
  const cache = new Map<string, Offer>();
  const capacity = Math.max(1, Math.floor(CACHE_BYTES / (BYTES_AN_ITEM * items)));
  return (user) => {
    const key = changes.map(({ keyOf }) => keyOf?.(user)).join('\n');
    const offer = cache.get(key) ?? offerFor(user);
    if (!cache.has(key) && cache.size >= capacity) cache.delete(cache.keys().next().value ?? '');
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
 * Fills the free places of a draft, first to last, with the best candidates that are allowed. A rule may choose among the first `pool`.
 * @returns what does it; false if more candidates might fill more places.
 */
function filler(draft: Draft, active: readonly ActiveRule[]): (best: List, pool: number, areAll: boolean) => boolean {
  const minScore = Math.max(...active.map((rule) => rule.minScore ?? Number.NEGATIVE_INFINITY));
  const choice = active.find((rule) => rule.choice)?.choice;
  // By candidate to choose from: 1 once it is in the list or was refused.
  let isOut = new Uint8Array(0);
  return ({ items, scores }, pool, areAll) => {
    const size = scores.findLastIndex((score) => score >= minScore) + 1;
    const isLast = areAll || size < items.length;
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
      if (at >= size) return isLast || active.some((rule) => rule.isFull?.());
      draft.put(place, items[at]!, scores[at]!, 'byScore');
    }
    return true;
  };

  /** The candidate with the largest utility, the first of equal ones; -1 if none is allowed. */
  function bestChoice({ utility, utilityBound }: Choice, items: Uint32Array, count: number): number {
    let chosen = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at++) {
      if (isOut[at] === 1) continue;
      if (utilityBound(at) <= most) break;
      if (!draft.allows(items[at]!)) {
        isOut[at] = 1;
        continue;
      }
      const own = utility(at, most);
      if (own <= most) continue;
      most = own;
      chosen = at;
    }
    return chosen;
  }
}
