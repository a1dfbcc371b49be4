import type { SparseVector } from '../matrix/sparse.js';

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
