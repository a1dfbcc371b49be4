import type { SparseVector } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { ProgramArrays } from './program.js';

/** The score that every item has for everybody: its popularity. */
export interface Prior {
  /** By item. */
  weight: Float64Array;
  /** The offered items by falling weight, then by index. */
  order: Uint32Array;
}

/** The items that may be recommended to a user, and the factors of their scores. */
export interface Offer {
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** By item: the factor of its score, above 0 (`weighed`); undefined: all 1. */
  factor: Float64Array | undefined;
  /** The scores of items that no signal of the user reaches. */
  prior: Prior;
}

/** A score that counts `factor` times as much: a factor above 1 brings a score below 0 nearer to 0. */
export function weighed(score: number, factor: number): number {
  return score > 0 ? score * factor : score / factor;
}

/**
 * Finds the best items for a row of sums: those with the highest scores, of equal scores those with the lowest index, best first.
 *
 * An item in the row scores its sum plus its popularity, times its factor. All others score their prior, so they are taken in its order
 * until the next one cannot enter any more: the list is the same as if everything had been scored.
 *
 * @param popularity of items in the row: the prior's own weights if there are no factors. @returns valid until the next call.
 * @throws RangeError if a score is not a number.
 */
export type BestOf = (row: SparseVector, offer: Offer, popularity: Float64Array, count: number) => SparseVector;

/** @param barred by item: not 0 where it must not be in the list. */
export function plainBest(barred: Uint8Array): BestOf {
  // By item: the last call whose row had it.
  const touched = new Uint32Array(barred.length);
  let call = 0;
  // Heaps to use again, by size.
  const tops = new Map<number, TopN>();
  return ({ count, index, value }, { offered, factor, prior }, popularity, most) => {
    const size = Math.min(most, barred.length);
    const top = tops.get(size) ?? new TopN(size);
    tops.set(size, top);
    // A call that failed may have left something.
    top.drain();
    call++;
    let threshold = top.threshold;
    for (let at = 0; at < count; at++) {
      const item = index[at]!;
      touched[item] = call;
      const sum = value[at]! + popularity[item]!;
      const score = factor ? weighed(sum, factor[item]!) : sum;
      if (score < threshold || offered[item] === 0 || barred[item] !== 0) continue;
      top.offer(item, score);
      threshold = top.threshold;
    }
    for (const item of prior.order) {
      if (touched[item] === call || barred[item] !== 0) continue;
      if (!top.offer(item, prior.weight[item]!)) break;
    }
    return drained(top);
  };
}

/** Empties a heap into a list, best first. */
export function drained(top: TopN): SparseVector {
  const value = new Float64Array(top.size);
  return { count: value.length, index: top.drain(value), value };
}

/** The arrays of `compiledBest`. @param priors how many lie in the memory of the program; 0: it is not called. */
export function bestArrays(columns: number, priors: number) {
  const listed = priors === 0 ? 0 : columns;
  return {
    barred: [Uint8Array, columns],
    touched: [Uint8Array, listed],
    priorWeight: [Float64Array, priors * columns],
    priorOrder: [Uint32Array, priors * columns],
    bestIndex: [Uint32Array, listed],
    bestValue: [Float64Array, listed],
  } as const;
}

/** A row of sums in the memory of a program. */
export interface RowInMemory {
  row: SparseVector;
  rowIndex: number;
  rowValue: number;
}

/**
 * Finds the best items of a row in WebAssembly (assembly/best.ts), with the same result as `plainBest`, which is used for offers with
 * factors, and for priors that the memory has no place for.
 */
export function compiledBest(
  program: { best: (...parameters: number[]) => number },
  { at, arrays }: ProgramArrays<ReturnType<typeof bestArrays>>,
  { row, rowIndex, rowValue }: RowInMemory,
  priors: number,
) {
  const { barred, priorWeight, priorOrder, bestIndex, bestValue } = arrays;
  const columns = barred.length;
  const plain = plainBest(barred);
  /** The priors in the memory. */
  const kept: Prior[] = [];

  /** Copies a prior into the memory, unless it is there. @returns where it begins; -1 if there is no place left. */
  const placeOf = ({ prior, offered }: Offer): number => {
    const known = kept.indexOf(prior);
    if (known >= 0) return columns * known;
    if (kept.length === priors) return -1;
    const from = columns * (kept.push(prior) - 1);
    priorOrder.set(prior.order, from);
    priorWeight.set(prior.weight, from);
    for (let item = 0; item < columns; item++)
      if (offered[item] === 0) priorWeight[from + item] = Number.NEGATIVE_INFINITY;
    return from;
  };

  return {
    barred,

    best(offer: Offer, popularity: Float64Array, most: number): SparseVector {
      const from = offer.factor ? -1 : placeOf(offer);
      if (from < 0) return plain(row, offer, popularity, most);
      const prior = [at.priorWeight + 8 * from, at.priorOrder + 4 * from, offer.prior.order.length] as const;
      const work = [at.barred, at.touched, Math.min(most, columns), at.bestIndex, at.bestValue] as const;
      const count = program.best(row.count, rowIndex, rowValue, ...prior, ...work);
      if (count < 0) throw new RangeError('an item has no score');
      return { count, index: bestIndex.subarray(0, count), value: bestValue.subarray(0, count) };
    },

    /** Makes room for other priors. */
    forgetPriors(): void {
      kept.length = 0;
    },
  };
}
