import type { ListRules } from '../ranking/list-rules.js';
import { offerOf } from '../ranking/offer.js';
import { BoundExpression } from './bound-expression.js';
import { unpacked } from './packed.js';
import type { Rule } from './rule.js';
import type { RuleSpec } from './rule-spec.js';
import { userOffers } from './user-offers.js';

/**
 * The rules of a spec. @param arrays what is large of them; `users`: the dataset's index of each row of the audience.
 * @param prior by item: popularity of the model. @param offered by item: 1 where anybody may get it.
 */
export function listRules(
  spec: RuleSpec,
  arrays: Readonly<Record<string, unknown>>,
  prior: Float64Array,
  offered: Uint8Array,
): ListRules {
  const offer = offerOf(prior, offered);
  const { users } = arrays;
  const where = spec.where === undefined ? undefined : new BoundExpression(unpacked(spec.where, arrays) as Rule);
  const offerOfUser = where ? userOffers(where, offer) : () => offer;
  return {
    offerFor: (row) => offerOfUser((users as Uint32Array)[row]!),
    candidatesFor: (count) => count,
    listFrom: (_user, best) => best,
  };
}
