import { type ProductsOf, plainProducts } from '../kernels/products.js';
import { foldIn } from '../model/als.js';
import type { LowRank } from '../model/low-rank.js';

/**
 * Adds up the part of scores that is not sparse:  η · d_j · ⟨Σ over the items i of a history   strength · a_i, a_j⟩.  By als, what an item of
 * a history counts depends on the others.
 */
export function lowRankScores(
  { rank, factors: given, popularity, weight, isAls }: LowRank,
  productsOf: ProductsOf = plainProducts,
) {
  const products = productsOf(given, rank);
  // In its vector:  Σ   strength · a_i.
  const { rows: factors, vector } = products;
  const fold = isAls ? foldIn(factors, rank) : undefined;
  // The items of the history with their strengths, by als.
  const items: number[] = [];
  const strengths: number[] = [];
  const one = new Uint32Array(1);
  const product = new Float64Array(1);
  let isNothing = true;

  /** Turns the products of items into what the user's signals say for them. */
  const weigh = (items: Uint32Array, out: Float64Array): void => {
    if (!fold) for (let k = 0; k < items.length; k++) out[k] = weight * popularity[items[k]!]! * out[k]!;
  };
  return {
    /** Whether it is all there is: then it is added for every item, and not for the best by the rest alone. */
    isAll: isAls,

    /** True while nothing was added: then it says nothing about any item. */
    get isNothing(): boolean {
      return isNothing;
    },

    /** Begins with a user of whom nothing is known. */
    begin(): void {
      vector.fill(0);
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
      } else products.add(signal, strength);
    },

    /** All signals of the user were added. */
    end(): void {
      if (fold) vector.set(fold.of(items, strengths));
    },

    /** What an item of the history counts, of that strength. */
    weightOf: (item: number, strength: number) => fold?.weightOf(item, strength, vector) ?? strength,

    /** What the user's signals say for an item. */
    of(item: number): number {
      one[0] = item;
      products.multiply(one, product);
      weigh(one, product);
      return product[0]!;
    },

    /** The same for several. @param out has room for them. */
    ofEach(items: Uint32Array, out: Float64Array): void {
      products.multiply(items, out);
      weigh(items, out);
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
