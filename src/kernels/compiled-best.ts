import type { SparseVector } from '../matrix/sparse.js';
import { type Offer, type Prior, plainBest } from './best.js';
import type { ProgramLayout } from './program.js';

/** A row of sums and its addresses in the memory of a program. */
export interface RowInMemory {
  row: SparseVector;
  rowIndex: number;
  rowValue: number;
  /** How many columns a row may have. */
  columns: number;
}

type Places = ReturnType<typeof roomForBest>;

/** Reserves the memory that finding the best takes. @param priors how many lie in it. */
export function roomForBest(layout: ProgramLayout, columns: number, priors: number) {
  const listed = priors === 0 ? 0 : columns;
  return {
    barred: layout.room(columns),
    touched: layout.room(listed),
    weight: layout.room(priors * columns * 8),
    order: layout.room(priors * columns * 4),
    index: layout.room(listed * 4),
    value: layout.room(listed * 8),
    listed,
    priors,
  };
}

/**
 * Finds the best items of a row in WebAssembly, with the same result as `plainBest`, which is used for offers with factors, and for priors
 * that the memory has no place for.
 */
export function compiledBest(
  { best }: { best: (...parameters: number[]) => number },
  buffer: ArrayBuffer,
  { row, rowIndex, rowValue, columns }: RowInMemory,
  at: Places,
) {
  const barred = new Uint8Array(buffer, at.barred, columns);
  const index = new Uint32Array(buffer, at.index, at.listed);
  const value = new Float64Array(buffer, at.value, at.listed);
  const plain = plainBest(barred);
  /** The priors in the memory. */
  const kept: Prior[] = [];

  /** Copies a prior into the memory, unless it is there. @returns its number; -1 if there is no place left. */
  const numberOf = ({ prior, offered }: Offer): number => {
    const known = kept.indexOf(prior);
    if (known >= 0 || kept.length === at.priors) return known;
    const number = kept.push(prior) - 1;
    const weight = new Float64Array(buffer, at.weight + 8 * columns * number, columns);
    weight.set(prior.weight);
    for (let item = 0; item < columns; item++) if (offered[item] === 0) weight[item] = Number.NEGATIVE_INFINITY;
    new Uint32Array(buffer, at.order + 4 * columns * number, columns).set(prior.order);
    return number;
  };

  return {
    barred,

    best(offer: Offer, popularity: Float64Array, most: number): SparseVector {
      const number = offer.factor ? -1 : numberOf(offer);
      if (number < 0) return plain(row, offer, popularity, most);
      const prior = [
        at.weight + 8 * columns * number,
        at.order + 4 * columns * number,
        offer.prior.order.length,
      ] as const;
      const marks = [at.barred, at.touched] as const;
      const count = best(
        row.count,
        rowIndex,
        rowValue,
        ...prior,
        ...marks,
        Math.min(most, columns),
        at.index,
        at.value,
      );
      if (count < 0) throw new RangeError('an item has no score');
      return { count, index: index.subarray(0, count), value: value.subarray(0, count) };
    },

    /** Makes room for other priors. */
    forgetPriors(): void {
      kept.length = 0;
    },
  };
}
