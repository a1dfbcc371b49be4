import { type SparseRows, sparseFromEntries } from '../matrix/sparse.js';

/** Who is tested, and what they should be recommended. */
export interface Relevant {
  /** Rising user indices, the ones with an item to find. */
  users: Uint32Array;
  /** One row a tested user × items, none empty; more columns than the catalogue where test items are unknown to it. */
  items: SparseRows;
  counts: RelevantCounts;
}

/** What became of the held-out interactions; nothing of them is dropped in silence. */
export interface RelevantCounts {
  /** Held out and liked: the sum of `toFind`, `had` and `excluded`. */
  liked: number;
  /** What lists are judged by. */
  toFind: number;
  /** Of `toFind`: outside the catalogue, so nothing can find them; they stay in every denominator. */
  outside: number;
  /** Left out: the user has the item in the part that is learned from too, and is not offered it again. */
  had: number;
  /** Left out: the user's profile excludes the item. */
  excluded: number;
  /** Users who could have been tested, and have nothing to find. */
  usersWithout: number;
}

/** The part that is learned from, as far as it bars items. */
export interface Known {
  /** users × items. */
  interactions: SparseRows;
  /** users × items. */
  excluded: SparseRows;
  offered: Uint8Array;
}

/** @param test users × items that were held out and liked, perhaps with columns behind the known ones. @param users only users below this index are tested. */
export function relevantItems(test: SparseRows, known: Known, users: number): Relevant {
  const counts: RelevantCounts = { liked: 0, toFind: 0, outside: 0, had: 0, excluded: 0, usersWithout: 0 };
  const tested: number[] = [];
  const row: number[] = [];
  const item: number[] = [];
  for (let user = 0; user < users; user++) {
    const had = new Set(rowOf(known.interactions, user));
    const excluded = new Set(rowOf(known.excluded, user));
    const before = item.length;
    for (const each of rowOf(test, user)) {
      counts.liked++;
      if (had.has(each)) counts.had++;
      else if (excluded.has(each)) counts.excluded++;
      else {
        if (known.offered[each] !== 1) counts.outside++;
        row.push(tested.length);
        item.push(each);
      }
    }
    if (item.length > before) tested.push(user);
    else counts.usersWithout++;
  }
  counts.toFind = item.length;
  const ones = new Float32Array(item.length).fill(1);
  return {
    users: Uint32Array.from(tested),
    items: sparseFromEntries(tested.length, test.columns, row, item, ones, item.length),
    counts,
  };
}

/** Some of the rows of a matrix, in the order given. */
export function rowsAt(matrix: SparseRows, rows: Uint32Array): SparseRows {
  const start = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => {
    start[at + 1] = start[at]! + matrix.start[row + 1]! - matrix.start[row]!;
  });
  const index = new Uint32Array(start[rows.length]!);
  const value = new Float32Array(index.length);
  rows.forEach((row, at) => {
    index.set(matrix.index.subarray(matrix.start[row]!, matrix.start[row + 1]!), start[at]!);
    value.set(matrix.value.subarray(matrix.start[row]!, matrix.start[row + 1]!), start[at]!);
  });
  return { rows: rows.length, columns: matrix.columns, start, index, value };
}

function rowOf(matrix: SparseRows, row: number): Uint32Array {
  return matrix.index.subarray(matrix.start[row]!, matrix.start[row + 1]!);
}
