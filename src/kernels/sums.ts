import type { SparseVector } from '../matrix/sparse.js';
import { type Offer, plainBest } from './best.js';
import { type ChoosingBy, plainChoice } from './choose.js';

/** The segments of the entries to add up, each with its weight. The caller fills in the arrays. */
export interface Segments {
  count: number;
  from: Uint32Array;
  to: Uint32Array;
  weight: Float64Array;
}

/** The entries of a sparse matrix, part after part. A row has each column at most once. */
export interface Entries {
  columns: number;
  parts: readonly { index: Uint32Array; value: Float32Array }[];
  /** All values and all weights are 1, so sums are integers. */
  areCounts?: boolean;
}

/** Computes  Σ over segments   weight · row.  Every kernel adds each value in the order of the segments. */
export interface Sums {
  readonly segments: Segments;
  /** Adds up the segments. @param without a column to leave out; −1 for none. */
  addUp(without: number): SparseVector;
  /** By column: 1 if `pick` looks for it, else 0. The caller fills it in. */
  readonly wanted: Uint8Array;
  /** The entries `from` to `to` (without it) in wanted columns. Not possible if the entries are counts, which have no values. */
  pick(from: number, to: number): SparseVector;
  /** By column: the caller sets it to 1 where `best` must leave it out, and back to 0. */
  readonly barred: Uint8Array;
  /** The best columns for the row of the last `addUp`. */
  best(offer: Offer, popularity: Float64Array, count: number): SparseVector;
  /** By column, for `choose`; the caller fills both in. */
  readonly choosing: ChoosingBy;
  /** The values of the last row with the `most` largest keys, in columns below `below`, as `plainChoice` explains. */
  choose(most: number, below: number): SparseVector;
  /** Replaces the values of the entries. */
  revalue(parts: Entries['parts']): void;
}

/** What is done with rows: a kernel makes room for it. */
export interface RowUses {
  /** How many priors `best` keeps at hand; 0: it is not called. */
  priors?: number;
  /** The most columns that are chosen; 0: `choose` is not called. */
  chosen?: number;
}

/** @param most the largest number of segments. */
export type SumsOf = (entries: Entries, most: number, uses?: RowUses) => Sums;

export function entryCount({ parts }: Pick<Entries, 'parts'>): number {
  return parts.reduce((total, { index }) => total + index.length, 0);
}

/** Copies the columns of all entries. */
export function copyIndex({ parts }: Entries, to: Uint32Array | Uint16Array): void {
  let filled = 0;
  for (const { index } of parts) {
    to.set(index, filled);
    filled += index.length;
  }
}

/** Copies the values of all entries. */
export function copyValues(parts: Entries['parts'], to: Float32Array): void {
  let filled = 0;
  for (const { value } of parts) {
    to.set(value, filled);
    filled += value.length;
  }
}

/**
 * Sums in JavaScript arrays; kernel.ts says when they are used.
 * @param isShared reads a single part without copying it; `revalue` must not be called then.
 */
export function plainSums(entries: Entries, most: number, { chosen = 0 }: RowUses = {}, isShared = false): Sums {
  const { columns, parts } = entries;
  const only = isShared && parts.length === 1 ? parts[0] : undefined;
  const index = only?.index ?? new Uint32Array(entryCount(entries));
  const value = only?.value ?? new Float32Array(index.length);
  if (!only) {
    copyIndex(entries, index);
    copyValues(parts, value);
  }
  const segments = {
    count: 0,
    from: new Uint32Array(most),
    to: new Uint32Array(most),
    weight: new Float64Array(most),
  };
  const wanted = new Uint8Array(columns);
  const barred = new Uint8Array(columns);
  const bestOf = plainBest(barred);
  const chosenFrom = chosen > 0 ? columns : 0;
  const choosing = { factor: new Float64Array(chosenFrom), itemOf: new Uint32Array(chosenFrom) };
  // By column; all 0 between rows.
  const sum = new Float64Array(columns);
  const row = { count: 0, index: new Uint32Array(columns), value: new Float64Array(columns) };
  return {
    segments,
    wanted,
    barred,
    choosing,

    addUp(without) {
      const { count, from, to, weight } = segments;
      for (let s = 0; s < count; s++) {
        for (let e = from[s]!; e < to[s]!; e++) sum[index[e]!]! += weight[s]! * value[e]!;
      }
      if (without >= 0) sum[without] = 0;
      row.count = 0;
      for (let s = 0; s < count; s++) {
        for (let e = from[s]!; e < to[s]!; e++) {
          const column = index[e]!;
          if (sum[column] === 0) continue;
          row.index[row.count] = column;
          row.value[row.count++] = sum[column]!;
          sum[column] = 0;
        }
      }
      return row;
    },

    pick(from, to) {
      row.count = 0;
      for (let e = from; e < to; e++) {
        const column = index[e]!;
        if (wanted[column] === 0) continue;
        row.index[row.count] = column;
        row.value[row.count++] = value[e]!;
      }
      return row;
    },

    best: (offer, popularity, count) => bestOf(row, offer, popularity, count),
    choose: (most, below) => plainChoice(row, choosing, most, below),

    revalue: (others) => copyValues(others, value),
  };
}
