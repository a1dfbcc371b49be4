import type { ListRules } from '../ranking/list-rules.js';
import { offerOf } from '../ranking/offer.js';
import type { RuleSpec } from './rule-spec.js';

/** The rules of a spec. @param prior by item: popularity of the model. @param offered by item: 1 where anybody may get it. */
export function listRules(_spec: RuleSpec, _arrays: object, prior: Float64Array, offered: Uint8Array): ListRules {
  const offer = offerOf(prior, offered);
  return {
    offerFor: () => offer,
    candidatesFor: (count) => count,
    listFrom: (_user, best) => best,
  };
}
