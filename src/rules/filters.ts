import type { Dataset } from '../dataset/dataset.js';
import type { WithEvidenceRules } from '../dataset/evidence-rules.js';
import { joined } from '../matrix/combined.js';
import { emptyRows, mapped, type SparseRows } from '../matrix/sparse.js';

/** What users may be recommended, beyond what the dataset says. All of it changes results. */
export interface Filters {
  /** By item: 1 where it may be recommended. Undefined: all. */
  allowed: Uint8Array | undefined;
  /** users × items that they are not recommended. */
  excluded: SparseRows | undefined;
  /** users × the only items that they may be recommended. */
  candidates: SparseRows | undefined;
  /** Whether to recommend items that users had, too. */
  includeSeen: boolean;
  /** Seconds after which an item that a user had may come back; undefined: never. One without a time never does. */
  seenWindow: number | undefined;
  /** From when ages count, in seconds since 1970; NaN: unknown. */
  clock: number;
}

/** Applies filters: the items that users had and must not get again, others that they must not get, and the items that anybody may get. */
export function exclusionsUnder(
  { allowed, excluded, includeSeen, seenWindow, clock }: Filters,
  dataset: WithEvidenceRules<Dataset>,
): Pick<Dataset, 'excluded' | 'offered'> & { had: { interactions: SparseRows } } {
  const { interactions, times } = dataset.had ?? dataset;
  const { rows, columns } = interactions;
  const mayComeBack = (entry: number) =>
    seenWindow !== undefined && times !== undefined && times[entry]! < clock - seenWindow;
  const recent = () => mapped(interactions, (value, _user, _item, entry) => (mayComeBack(entry) ? undefined : value));
  const had = includeSeen ? emptyRows(rows, columns) : seenWindow === undefined ? interactions : recent();
  return {
    had: { interactions: had },
    excluded: excluded ? joined([dataset.excluded, excluded], rows, columns) : dataset.excluded,
    offered: allowed ? dataset.offered.map((flag, item) => flag & allowed[item]!) : dataset.offered,
  };
}
