import type { SparseVector } from '../matrix/sparse.js';
import type { RowInMemory } from './best.js';
import type { ProgramArrays } from './program.js';

/** What the values of a row are chosen by. Columns are numbered by rank. */
export interface ChoosingBy {
  /** By rank: a key is a value times its factor; 0 where the item must not be chosen. */
  factor: Float64Array;
  /** By rank: the item. */
  itemOf: Uint32Array;
}

/**
 * Chooses the K values of a row with the largest keys above 0, of equal keys those of lower items.
 * @param most K ≥ 0. @param below only ranks below this are chosen. @returns the values with their items, by rising item.
 */
export function plainChoice(
  { count, index, value }: SparseVector,
  { factor, itemOf }: ChoosingBy,
  most: number,
  below: number,
): SparseVector {
  const key = (at: number) => value[at]! * factor[index[at]!]!;
  const item = (at: number) => itemOf[index[at]!]!;
  const chosen = Array.from({ length: count }, (_, at) => at)
    .filter((at) => index[at]! < below && key(at) > 0)
    .sort((a, b) => key(b) - key(a) || item(a) - item(b))
    .slice(0, most)
    .sort((a, b) => item(a) - item(b));
  return {
    count: chosen.length,
    index: Uint32Array.from(chosen, item),
    value: Float64Array.from(chosen, (at) => value[at]!),
  };
}

/** The upper halves of positive doubles are this many classes of keys. */
const CLASSES = 1 << 15;

/** The arrays of `compiledChoice`. @param most the most columns that are chosen; 0: it is not called. */
export function choiceArrays(columns: number, most: number) {
  const from = most === 0 ? 0 : columns;
  return {
    factor: [Float64Array, from],
    itemOf: [Uint32Array, from],
    key: [Float64Array, from],
    place: [Uint32Array, from],
    classes: [Uint32Array, most === 0 ? 0 : CLASSES],
    edge: [Float64Array, most === 0 ? 0 : columns + 1],
    marks: [Uint32Array, 2 * Math.ceil(from / 64)],
    placeOf: [Uint32Array, from],
    chosenIndex: [Uint32Array, most],
    chosenValue: [Float64Array, most],
  } as const;
}

/** Chooses the strongest values of a row in WebAssembly (assembly/choose.ts), with the same result as `plainChoice`. */
export function compiledChoice(
  program: { choose: (...parameters: number[]) => number },
  { at, arrays }: ProgramArrays<ReturnType<typeof choiceArrays>>,
  { row, rowIndex, rowValue }: RowInMemory,
) {
  const { factor, itemOf, chosenIndex: index, chosenValue: value } = arrays;
  return {
    choosing: { factor, itemOf },

    choose(most: number, below: number): SparseVector {
      const by = [factor.length, at.factor, at.itemOf, Math.min(most, index.length), below] as const;
      const work = [at.key, at.place, at.classes, at.edge, at.marks, at.placeOf] as const;
      const count = program.choose(row.count, rowIndex, rowValue, ...by, ...work, at.chosenIndex, at.chosenValue);
      return { count, index, value };
    },
  };
}
