import type { Dataset } from '../dataset/dataset.js';
import type { Counting } from '../dataset/evidence-rules.js';
import { emptyRows, joined, mapped, type SparseRows } from '../matrix/sparse.js';

/** What users may be recommended, beside what the dataset says of that. All of it decides bytes. */
export interface Filters {
  /** By item: 1 where it may be recommended. Undefined: all. */
  allowed: Uint8Array | undefined;
  /** users × items that they are not recommended. */
  excluded: SparseRows | undefined;
  /** users × the only items that they may be recommended. */
  candidates: SparseRows | undefined;
  /** Recommend also what users had. */
  includeSeen: boolean;
  /** Seconds after which what users had may come back; undefined: never. What has no time does not. */
  seenWindow: number | undefined;
  /** From when ages count, in seconds since 1970; NaN: unknown. */
  clock: number;
}

/** What users had and is not for them again, what else is not for them, and what is for anybody, under filters. */
export function barredBy(
  { allowed, excluded, includeSeen, seenWindow, clock }: Filters,
  dataset: Counting<Dataset>,
): Pick<Dataset, 'excluded' | 'offered'> & { had: { interactions: SparseRows } } {
  const { interactions, times } = dataset.had ?? dataset;
  const { rows, columns } = interactions;
  const isOver = (entry: number) =>
    seenWindow !== undefined && times !== undefined && times[entry]! < clock - seenWindow;
  const recent = () => mapped(interactions, (value, _user, _item, entry) => (isOver(entry) ? undefined : value));
  const had = includeSeen ? emptyRows(rows, columns) : seenWindow === undefined ? interactions : recent();
  return {
    had: { interactions: had },
    excluded: excluded ? joined([dataset.excluded, excluded], rows, columns) : dataset.excluded,
    offered: allowed ? dataset.offered.map((flag, item) => flag & allowed[item]!) : dataset.offered,
  };
}
