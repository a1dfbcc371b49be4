import { parseExpression } from '../conditions/expression.js';
import { boundExpression, type Rule } from '../conditions/rule.js';
import type { ListRule } from './list-rule.js';
import { numberFrom } from './numbers.js';

interface Boost<Condition> {
  where: Condition;
  factor: number;
}

/** Multiplies the scores of items for users where an expression about both holds: `EXPRESSION=1.2`. */
export const boostWhere: ListRule<Boost<string>[], Boost<string>[], Boost<Rule>[]> = {
  flags: '--boost-where <expr=x>',
  description: 'multiply scores: "price < 10=1.2"; may be repeated',
  parse(text, before = []) {
    const at = text.lastIndexOf('=');
    const factor = numberFrom(
      at < 0 ? '' : text.slice(at + 1),
      (value) => value > 0,
      'an expression, = and a factor above 0, like "price < 10=1.2"',
    );
    return [...before, { where: text.slice(0, at), factor }];
  },
  async read(boosts) {
    for (const { where } of boosts) parseExpression(where, '--boost-where');
    return boosts;
  },
  usesColumns: true,
  plan: (boosts, known) => boosts.map(({ where, factor }) => ({ where: known.bound(where, '--boost-where'), factor })),
  act: (boosts) =>
    boosts.map(({ where, factor }) => {
      const bound = boundExpression(where);
      return {
        offer: {
          keyOf: bound.userKey,
          change(user, _offered, factors) {
            for (let item = 0; item < factors.length; item++) if (bound.matches(item, user)) factors[item]! *= factor;
          },
        },
      };
    }),
};
