import type { SparseRows } from '../matrix/sparse.js';
import { countStrength, DISLIKE, strengthsOfRatings } from '../model/strength.js';
import { isAtMost, type StrengthRule } from './strength-rule.js';

/**
 * What folded values say of their users' tastes, by the rule that was told from them.
 *
 * @param folded users × items, values as the files have them; NaN where there is none: a plain interaction.
 * @returns x beside each of `folded.index`; finite.
 */
export function strengthsOf(folded: SparseRows, rule: StrengthRule): Float32Array {
  if (rule.kind === 'scale') return strengthsOfRatings(folded, rule.high - rule.low);
  const of = rule.kind === 'count' ? countStrength : thumb(rule.dislikeUpTo);
  return folded.value.map((value) => (Number.isNaN(value) ? 1 : of(value)));
}

function thumb(dislikeUpTo: number): (value: number) => number {
  return (value) => (value < 0 || isAtMost(value, dislikeUpTo) ? DISLIKE : 1);
}
