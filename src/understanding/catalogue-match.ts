import { shown } from '../csv/cells.js';
import type { ItemsRoles } from './file-roles.js';
import type { OpenFile } from './open-files.js';
import { candidatesOf, misfitReason } from './role-candidates.js';
import type { NamedColumns } from './roles.js';
import type { SampledColumn } from './sampled-column.js';
import { columnKey } from './vocabulary.js';

/** Fewer common values may be coincidence. */
const FEWEST_COMMON = 2;
const LEAST_SHARE = 0.05;
/** Columns that share only some values give way to columns that share nearly all. */
const NEARLY_ALL = 0.8;

/**
 * Looks for item columns of events and catalogue that share values, if the columns with the best names share none or far fewer: events may
 * have product numbers while the best column of the catalogue has SKUs. Numbers may share values by chance, so a column of the catalogue with
 * the name of the events' column is better if it shares no fewer.
 *
 * @returns column names for the catalogue and for the events files; undefined if the best names are right, no others are better, or an
 *   option names the column.
 */
export function catalogueMatch(items: ItemsRoles, events: readonly OpenFile[], named: NamedColumns) {
  if (named.item !== undefined) return undefined;
  for (const file of events) {
    const ours = itemCandidates(file.columns, false);
    const theirs = itemCandidates(items.file.columns, true);
    const byName = { own: ours[0], their: items.file.columns[items.used.item] };
    if (!byName.own || !byName.their || theirs.length === 0) continue;
    const byNameShare = share(byName.own, byName.their);
    const pairs = ours.flatMap((own) => theirs.map((their) => ({ own, their, share: share(own, their) })));
    const namesake =
      byNameShare > 0 &&
      pairs.find(
        ({ own, their, share }) =>
          own === byName.own &&
          their !== byName.their &&
          columnKey(their.name) === columnKey(own.name) &&
          share >= byNameShare,
      );
    const best = namesake || pairs.reduce((a, b) => (b.share > a.share ? b : a));
    const isBetter =
      byNameShare === 0 ? best.share >= LEAST_SHARE : best.share > NEARLY_ALL && byNameShare < NEARLY_ALL * best.share;
    const { name } = byName.own;
    const values = `its values, and ${shown(name)} ${byNameShare === 0 ? 'none' : 'fewer'} of ${shown(byName.their.name)}`;
    if (!namesake && !isBetter) continue;
    return {
      items: { ...named, item: [best.their.name] },
      events: { ...named, item: [best.own.name] },
      note: `item = ${shown(best.their.name)}, since ${shown(best.own.name)} of ${file.name} has ${namesake ? 'its name' : values}`,
    };
  }
  return undefined;
}

function itemCandidates(columns: readonly SampledColumn[], isOwn: boolean): SampledColumn[] {
  const candidates = candidatesOf(columns, 'item', isOwn);
  const context = { hasItem: true, others: candidates };
  return candidates.filter((candidate) => misfitReason('item', candidate, context) === '').map(({ column }) => column);
}

/** The share of the values of `own` that `their` has too. */
function share(own: SampledColumn, their: SampledColumn): number {
  let common = 0;
  for (const value of own.distinct) if (their.distinct.has(value)) common++;
  return common < FEWEST_COMMON ? 0 : common / own.distinct.size;
}
