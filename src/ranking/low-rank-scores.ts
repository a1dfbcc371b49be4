import { foldIn } from '../model/als.js';
import { rowProduct } from '../model/block.js';
import type { LowRank } from '../model/low-rank.js';

/**
 * Adds up the part of scores that is not sparse:  η · d_j · ⟨Σ over the items i of a history   strength · a_i, a_j⟩.  By als, what an item of
 * a history counts depends on the others.
 */
export function lowRankScores({ rank, factors, popularity, weight, isAls }: LowRank) {
  const fold = isAls ? foldIn(factors, rank) : undefined;
  // The items of the history with their strengths, by als.
  const items: number[] = [];
  const strengths: number[] = [];
  // Σ   strength · a_i.
  let user: Float64Array = new Float64Array(rank);
  let isNothing = true;
  return {
    /** Whether it is all there is: then it is added for every item, and not for the best by the rest alone. */
    isAll: isAls,

    /** True while nothing was added: then it says nothing about any item. */
    get isNothing(): boolean {
      return isNothing;
    },

    /** Begins with a user of whom nothing is known. */
    begin(): void {
      if (!isNothing) user.fill(0);
      items.length = 0;
      strengths.length = 0;
      isNothing = true;
    },

    /** Adds a signal of the user; only items count. */
    add(signal: number, strength: number): void {
      if (signal >= popularity.length) return;
      isNothing = false;
      if (fold) {
        items.push(signal);
        strengths.push(strength);
      } else for (let k = 0, at = signal * rank; k < rank; k++, at++) user[k]! += strength * factors[at]!;
    },

    /** All signals of the user were added. */
    end(): void {
      if (fold) user = fold.of(items, strengths);
    },

    /** What an item of the history counts, of that strength. */
    weightOf: (item: number, strength: number) => fold?.weightOf(item, strength, user) ?? strength,

    /** What the user's signals say for an item. */
    of(item: number): number {
      const product = rowProduct(factors, item, user);
      return fold ? product : weight * popularity[item]! * product;
    },

    /** What an item of a history says for another, at strength 1. */
    between(item: number, other: number): number {
      let sum = 0;
      for (let k = 0, at = item * rank, to = other * rank; k < rank; k++, at++, to++)
        sum += factors[at]! * factors[to]!;
      return weight * popularity[other]! * sum;
    },
  };
}
