import type { Dataset } from '../../src/dataset/dataset.js';
import { listsFrom } from '../../src/evaluation/lists.js';
import type { SparseRows } from '../../src/matrix/sparse.js';
import type { recommendLists } from '../../src/pipeline/recommend-lists.js';

export type RecommendLists = typeof recommendLists;

/** The arguments of one call of an algorithm. */
export interface Call {
  algorithm: string;
  dataset: Dataset;
  users: number[];
  count: number;
}

/** Slow, obvious versions of `popular` and `together` (users with this item also have that one), in this process; every call is recorded. */
export function algorithms(): { recommend: RecommendLists; calls: Call[] } {
  const calls: Call[] = [];
  const recommend: RecommendLists = async (_run, algorithm, dataset, users, count) => {
    calls.push({ algorithm, dataset, users: Array.from(users), count });
    const likes = dataset.userIds.map((_, user) => rowOf(dataset.interactions, user).filter(([, value]) => value > 0));
    const popularity = dataset.itemIds.map((_, item) => likes.flat().filter(([liked]) => liked === item).length);
    const together = (user: number, item: number) => {
      const own = new Set(likes[user]!.map(([liked]) => liked));
      const shared = (row: [number, number][]) => row.filter(([liked]) => own.has(liked)).length;
      return likes.filter((row) => row.some(([liked]) => liked === item)).reduce((sum, row) => sum + shared(row), 0);
    };
    const lists = Array.from(users, (user) => {
      const excluded = new Set(
        [...rowOf(dataset.interactions, user), ...rowOf(dataset.excluded, user)].map(([i]) => i),
      );
      const score = (item: number) => (algorithm === 'popular' ? popularity[item]! : together(user, item));
      return dataset.itemIds
        .map((_, item) => item)
        .filter((item) => dataset.offered[item] === 1 && !excluded.has(item))
        .sort((a, b) => score(b) - score(a) || popularity[b]! - popularity[a]! || a - b)
        .slice(0, count);
    });
    return {
      algorithm,
      lists: listsFrom(
        Uint32Array.from(lists, ({ length }) => length),
        lists.map((list) => Uint32Array.from(list)),
      ),
      learnSeconds: 0.5,
      recommendSeconds: 0.25,
      explanation: algorithm === 'popular' ? undefined : 'who has this has that too',
    };
  };
  return { recommend, calls };
}

function rowOf(matrix: SparseRows, row: number): [number, number][] {
  const from = matrix.start[row]!;
  return Array.from(matrix.index.subarray(from, matrix.start[row + 1]!), (column, at) => [
    column,
    matrix.value[from + at]!,
  ]);
}
