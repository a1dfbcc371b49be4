import { type ProductsOf, plainProducts } from '../kernels/products.js';
import { foldIn } from '../model/als.js';
import type { LowRank } from '../model/low-rank.js';

/**
 * Computes the low-rank part of scores:  η · d_j · ⟨Σ over the items i of a history   strength · a_i, a_j⟩.  With als, how much an item
 * of a history counts depends on the other items.
 */
export function lowRankScores(
  { rank, factors: given, popularity, weight, isAls }: LowRank,
  productsOf: ProductsOf = plainProducts,
) {
  const products = productsOf(given, rank);
  // The vector is  Σ   strength · a_i.
  const { rows: factors, vector } = products;
  const fold = isAls ? foldIn(factors, rank) : undefined;
  // With als: the items of the history and their strengths.
  const items: number[] = [];
  const strengths: number[] = [];
  const one = new Uint32Array(1);
  const product = new Float64Array(1);
  let isEmpty = true;

  /** Turns the products of items into their scores. */
  const weigh = (items: Uint32Array, out: Float64Array): void => {
    if (!fold) for (let k = 0; k < items.length; k++) out[k] = weight * popularity[items[k]!]! * out[k]!;
  };
  return {
    /** Whether the model has no other part: then every item needs this score, not only the best by the sparse part. */
    isWholeModel: isAls,

    /** True if no signal was added: then the score of every item is 0. */
    get isEmpty(): boolean {
      return isEmpty;
    },

    /** Begins a new user, without signals. */
    begin(): void {
      vector.fill(0);
      items.length = 0;
      strengths.length = 0;
      isEmpty = true;
    },

    /** Adds a signal of the user. Signals other than items are ignored. */
    add(signal: number, strength: number): void {
      if (signal >= popularity.length) return;
      isEmpty = false;
      if (fold) {
        items.push(signal);
        strengths.push(strength);
      } else products.add(signal, strength);
    },

    /** To be called when all signals of the user were added. */
    end(): void {
      if (fold) vector.set(fold.of(items, strengths));
    },

    /** The weight of an item of the history that has this strength. */
    weightOf: (item: number, strength: number) => fold?.weightOf(item, strength, vector) ?? strength,

    /** The score of an item. */
    of(item: number): number {
      one[0] = item;
      products.multiply(one, product);
      weigh(one, product);
      return product[0]!;
    },

    /** The scores of several items. @param out takes the scores. */
    ofEach(items: Uint32Array, out: Float64Array): void {
      products.multiply(items, out);
      weigh(items, out);
    },

    /** What an item of a history with strength 1 adds to the score of another. */
    between(item: number, other: number): number {
      let sum = 0;
      for (let k = 0, at = item * rank, to = other * rank; k < rank; k++, at++, to++)
        sum += factors[at]! * factors[to]!;
      return weight * popularity[other]! * sum;
    },
  };
}
