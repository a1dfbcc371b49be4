import type { CellColumn } from '../../csv/cells.js';
import { momentText } from '../../events/clock.js';
import { forEachChunk } from '../../matrix/chunks.js';
import type { SparseRows } from '../../matrix/sparse.js';
import { columnKey } from '../../understanding/vocabulary.js';
import type { Dataset, FileReport } from '../dataset.js';

/** JavaScript has no later dates. */
const LAST_SECOND = 8.64e12;

/**
 * The columns of items: those of the catalogue, and the time when somebody last had each, unless the catalogue has a column of that name.
 * Without a catalogue, ids and titles come from the events. These columns are named as in the first file of events, or of orders.
 */
export function itemColumnsOf(
  catalogue: readonly CellColumn[] | undefined,
  reports: readonly FileReport[],
  known: Pick<Dataset, 'itemIds' | 'titles' | 'interactions' | 'times'>,
): Pick<Dataset, 'itemColumns' | 'timeColumn'> {
  const rolesOf = (kind: FileReport['kind']) => reports.flatMap((report) => (report.kind === kind ? report.roles : []));
  // Orders name no items: only their time column is used.
  const roles = [...rolesOf('events'), ...rolesOf('orders')];
  const columnOf = (role: string, cells: readonly string[]): CellColumn[] => {
    const name = roles.find(([each]) => each === role)?.[1];
    return name === undefined ? [] : [{ name, cells }];
  };
  const own = catalogue ?? [...columnOf('item', known.itemIds), ...columnOf('title', known.titles)];
  const names = new Set(own.map(({ name }) => columnKey(name)));
  const times = known.times ? columnOf('time', []).filter(({ name }) => !names.has(columnKey(name))) : [];
  const timeColumn = times[0]?.name;
  return { itemColumns: withLastTimes({ itemColumns: [...own, ...times], timeColumn }, known), timeColumn };
}

/** The columns of items, with the last times of a part of the interactions. */
export function withLastTimes(
  { itemColumns, timeColumn }: Pick<Dataset, 'itemColumns' | 'timeColumn'>,
  { interactions, times }: Pick<Dataset, 'interactions' | 'times'>,
): CellColumn[] {
  return itemColumns.map((column) =>
    column.name === timeColumn && times ? { ...column, cells: lastTimes(interactions, times) } : column,
  );
}

function lastTimes({ columns, index }: SparseRows, times: Float64Array): string[] {
  const last = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  forEachChunk(index.length, (from, to) => {
    for (let entry = from; entry < to; entry++)
      if (times[entry]! > last[index[entry]!]!) last[index[entry]!] = times[entry]!;
  });
  return Array.from(last, (seconds) => (Math.abs(seconds) <= LAST_SECOND ? momentText(seconds) : ''));
}
