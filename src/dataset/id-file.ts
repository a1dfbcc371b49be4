import { refuseBadRows } from '../csv/bad-rows.js';
import { isBlank } from '../csv/cells.js';
import { IndexColumn, LineColumn, NumberColumn } from '../events/columns.js';
import type { DayOrder } from '../events/day-month.js';
import type { IdIndex } from '../events/ids.js';
import { timesToSeconds } from '../events/settled-times.js';
import { TimeColumn } from '../events/times.js';
import { type OpenFile, openSampled } from '../understanding/open-files.js';
import { missingColumn, type NamedColumns, recogniseRoles } from '../understanding/roles.js';
import { SampledColumn } from '../understanding/sampled-column.js';

/** The roles of the ids in each row of an id file. */
export type Named = readonly ('user' | 'item')[];

/** The rows of an id file whose ids are all known. The index of a role that the file does not have is 0. */
export interface IdRows {
  user: IndexColumn;
  item: IndexColumn;
  /** Seconds since 1970, NaN where unknown; undefined: no column has dates. */
  secondsAt: ((row: number) => number) | undefined;
  /** How many ids, or pairs of ids, the file names, known or not. */
  count: number;
  unknown: Record<'user' | 'item', { count: number; first: string; line: number }>;
}

/** Opens an id file and looks at its beginning. @throws Failure 66, 65 or 74 where it cannot be read. */
export function openIdFile(path: string, encoding: string | undefined): Promise<OpenFile> {
  return openSampled({ delimiter: undefined, encoding, badRows: refuseBadRows }, path, undefined);
}

/**
 * Reads a file that names users, items or pairs of them: lists as we write them (csv, wide, jsonl, parquet), or a table with such columns.
 * Columns are found by their names, those given by options first. A file has no header if its first line has known ids and no column
 * names. A single column has none either if its first line is no column name.
 * @param ids the known ids. @throws Failure 65 where a column is missing or a row cannot be read.
 */
export async function readIds(
  file: OpenFile,
  wanted: Named,
  ids: Readonly<Record<'user' | 'item', IdIndex>>,
  how: { named: NamedColumns; dayOrder: DayOrder | undefined; withDates: boolean },
): Promise<IdRows> {
  const { header } = file;
  const columns = columnsOf(file, wanted, ids, how.named, how.withDates);
  const { user: userAt, items: itemsAt, time: timeAt } = columns;
  const none = () => ({ count: 0, first: '', line: 0 });
  const rows = { user: new IndexColumn(), item: new IndexColumn(), count: 0 };
  const unknown = { user: none(), item: none() };
  const timeName = header[timeAt ?? -1] ?? '';
  const times = {
    time: new NumberColumn(),
    timeColumn: new TimeColumn(timeName, how.dayOrder),
    line: new LineColumn(),
  };
  const indexOf = (role: 'user' | 'item', id: string, line: number): number | undefined => {
    const index = ids[role].get(id);
    if (index === undefined && unknown[role].count++ === 0) Object.assign(unknown[role], { first: id, line });
    return index;
  };
  const take = (cells: readonly string[], line: number) => {
    const user = userAt === undefined ? undefined : (cells[userAt] ?? '');
    if (user !== undefined && isBlank(user)) return;
    const time = timeAt === undefined ? Number.NaN : times.timeColumn.read(cells[timeAt] ?? '');
    for (const at of itemsAt ?? [-1]) {
      const item = itemsAt === undefined ? undefined : (cells[at] ?? '');
      if (item !== undefined && isBlank(item)) continue;
      rows.count++;
      const u = user === undefined ? 0 : indexOf('user', user, line);
      const i = item === undefined ? 0 : indexOf('item', item, line);
      if (u === undefined || i === undefined) continue;
      rows.user.push(u);
      rows.item.push(i);
      if (timeAt === undefined) continue;
      times.time.push(time);
      times.line.push(line);
    }
  };
  if (!columns.hasHeader) take(header, 1);
  const table = await file.table();
  await table.eachRow(({ cells, line }) => take(cells, line));
  if (timeAt === undefined) return { ...rows, unknown, secondsAt: undefined };
  timesToSeconds(file.name, timeName, times);
  return { ...rows, unknown, secondsAt: (row) => times.timeColumn.seconds(times.time.at(row)) };
}

/** The columns of users, items (several in a wide file) and dates. @throws Failure 65 where a wanted column is missing. */
function columnsOf(
  { name, header, isConverted }: OpenFile,
  wanted: Named,
  ids: Readonly<Record<'user' | 'item', IdIndex>>,
  named: NamedColumns,
  withDates: boolean,
) {
  const wide = header.flatMap((each, at) => (/^item_\d+$/.test(each) && wanted.length === 2 ? [at] : []));
  // By names alone, since a column with the same item in every row does not look like items.
  const columns = SampledColumn.ofNames(header);
  const sought = wanted.filter((role) => role === 'user' || wide.length === 0);
  const mainRole = wanted[0] ?? 'user';
  const roleOrder = [...sought, ...(withDates ? (['time'] as const) : [])];
  const { roles } = recogniseRoles({ name, header, columns }, roleOrder, named, mainRole);
  const missing = sought.find((role) => roles[role] === undefined);
  const isFirstKnown = wanted.every((role, at) => ids[role].has(header[at] ?? ''));
  const isList = header.length === 1 && wanted.length === 1;
  const areAllMissing = sought.every((role) => roles[role] === undefined) && wide.length === 0;
  if (!isConverted && (isList ? isFirstKnown || missing : isFirstKnown && areAllMissing)) {
    const [user, item] = [wanted.indexOf('user'), wanted.indexOf('item')];
    const at = { user: user < 0 ? undefined : user, items: item < 0 ? undefined : [item], time: undefined };
    return { ...at, hasHeader: false };
  }
  if (missing) throw missingColumn(name, header, missing, named);
  const items = wide.length > 0 ? wide : roles.item === undefined ? undefined : [roles.item];
  return { user: roles.user, items, time: roles.time, hasHeader: true };
}
