import type { SparseVector } from '../matrix/sparse.js';
import { bestArrays, compiledBest, type Offer, plainBest } from './best.js';
import { type ChoosingBy, choiceArrays, compiledChoice, plainChoice } from './choose.js';
import { indexType, programArrays } from './program.js';

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
}

/** Computes  Σ over segments   weight · row.  Every kernel adds each value in the order of the segments. */
export interface Sums {
  readonly segments: Segments;
  /** Adds up the segments. @param without a column to leave out; −1 for none. */
  addUp(without: number): SparseVector;
  /** By column: 1 if `pick` looks for it, else 0. The caller fills it in. */
  readonly wanted: Uint8Array;
  /** The entries `from` to `to` (without it) in wanted columns. */
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

/** Copies the columns, or the values, of all entries. */
function copyEntries(
  parts: Entries['parts'],
  of: 'index' | 'value',
  to: Uint16Array | Uint32Array | Float32Array,
): void {
  let filled = 0;
  for (const part of parts) {
    to.set(part[of], filled);
    filled += part[of].length;
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
    copyEntries(parts, 'index', index);
    copyEntries(parts, 'value', value);
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

    revalue: (others) => copyEntries(others, 'value', value),
  };
}

type Bits = 16 | 32;

/** The exports of assembly/sums.ts, which names the parameters, for 16-bit and 32-bit indices. */
type Loop<Result> = (...parameters: number[]) => Result;
type Program = Record<`add${Bits}`, Loop<void>> &
  Record<`touched${Bits}` | `pick${Bits}` | 'collect' | 'best' | 'choose', Loop<number>>;

/**
 * Sums in WebAssembly, which checks no bounds, with the same bits as `plainSums`, which is used if the entries are too large for the memory
 * of a program. With up to 65,536 columns an index takes two bytes here.
 */
export function compiledSums(module: WebAssembly.Module): SumsOf {
  return (entries, most, uses = {}) => {
    const { priors = 0, chosen = 0 } = uses;
    const { columns } = entries;
    const Index = indexType(columns);
    const placed = programArrays({
      index: [Index, entryCount(entries)],
      value: [Float32Array, entryCount(entries)],
      from: [Uint32Array, most],
      to: [Uint32Array, most],
      weight: [Float64Array, most],
      wanted: [Uint8Array, columns],
      sum: [Float64Array, columns],
      // One cell more than a row can have, because the program writes a value before it decides whether to keep it.
      rowIndex: [Uint32Array, columns + 1],
      rowValue: [Float64Array, columns + 1],
      ...bestArrays(columns, priors),
      ...choiceArrays(columns, chosen),
    });
    if (!placed) return plainSums(entries, most, uses);
    const { at, arrays } = placed;
    const { value, from, to, weight, wanted, sum } = arrays;
    const program = placed.start<Program>(module);
    copyEntries(entries.parts, 'index', arrays.index);
    copyEntries(entries.parts, 'value', value);
    const segments = { count: 0, from, to, weight };
    const row = { count: 0, index: arrays.rowIndex, value: arrays.rowValue };
    const bits = Index === Uint16Array ? 16 : 32;
    const touched = program[`touched${bits}`];
    const add = program[`add${bits}`];
    const pick = program[`pick${bits}`];
    const inMemory = { row, rowIndex: at.rowIndex, rowValue: at.rowValue };
    const { forgetPriors, ...best } = compiledBest(program, placed, inMemory, priors);
    return {
      segments,
      wanted,

      addUp(without) {
        const { count } = segments;
        add(at.from, at.to, at.weight, count, at.index, at.value, at.sum);
        if (without >= 0) sum[without] = 0;
        row.count = areFew(segments, columns)
          ? touched(at.from, at.to, count, at.index, at.sum, at.rowIndex, at.rowValue)
          : program.collect(columns, at.sum, at.rowIndex, at.rowValue);
        return row;
      },

      pick(from, to) {
        row.count = pick(from, to, at.index, at.value, at.wanted, at.rowIndex, at.rowValue);
        return row;
      },

      ...best,
      ...compiledChoice(program, placed, inMemory),

      revalue(parts) {
        copyEntries(parts, 'value', value);
        forgetPriors();
      },
    };
  };
}

/** Whether so few entries were added that visiting them again is faster than scanning all columns. */
function areFew({ count, from, to }: Segments, columns: number): boolean {
  let entries = 0;
  for (let s = 0; s < count; s++) entries += to[s]! - from[s]!;
  return 2 * entries < columns;
}
