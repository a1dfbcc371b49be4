import { isKnownType } from '../events/event-types.js';
import type { SampledFile } from './roles.js';
import { SampledColumn } from './sampled-column.js';

/* Files without a header: how to recognise them, and a guess of their columns. */

/** What the cells of a column contain. */
type Kind = 'empty' | 'constant' | 'time' | 'type' | 'grades' | 'number' | 'whole' | 'code' | 'text';

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?\d+[.,]\d+$/;
const HEX = /^[0-9a-f-]{16,64}$/i;
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/;
const STRICT = [WHOLE, NUMBER, HEX, DATE];

/** True if the first line is like the rows below it: numbers above numbers, or a value that is repeated in its column. */
export function looksLikeData({ header, columns }: SampledFile): boolean {
  // pandas numbers columns without names from 0.
  if (header.filter((name) => name !== '').every((name, at) => name === String(at))) return false;
  const isHeader = (row: number) => columns.every(({ at, cells }) => cells[row] === header[at]);
  if (columns[0]?.cells.some((_, row) => isHeader(row))) return false;
  return columns.some(({ at, filled, distinct }) => {
    const first = header[at] ?? '';
    if (first === '' || filled.length === 0) return false;
    const pattern = STRICT.find((each) => each.test(first));
    if (pattern) return filled.filter((cell) => pattern.test(cell)).length >= 0.8 * filled.length;
    return distinct.has(first);
  });
}

/** Guesses the columns of a headerless file from their values, as names for `--columns`; `_` is an unused column. */
export function guessedColumns(file: SampledFile, of: 'events' | 'items'): string[] {
  const columns = withFirstLine(file);
  const names = of === 'events' ? eventNames(columns) : itemNames(columns);
  while (names.at(-1) === '_') names.pop();
  return names;
}

/** The columns with the first line as their first cells. */
function withFirstLine({ header, columns }: SampledFile): SampledColumn[] {
  return columns.map(
    ({ at, cells }) => new SampledColumn('', at, header[at] === '' ? cells : [header[at] ?? '', ...cells]),
  );
}

function kindOf(column: SampledColumn): Kind {
  const { filled, distinct } = column;
  const all = (holds: (cell: string) => boolean) => filled.every(holds);
  if (filled.length === 0) return 'empty';
  if (distinct.size === 1 && filled.length > 2) return 'constant';
  if (all((cell) => WHOLE.test(cell) || NUMBER.test(cell))) {
    const values = filled.map(Number);
    if (values.every((value) => value >= 3e8) && column.times === 1 && isEpoch(values)) return 'time';
    const isSmall = values.every((value) => Math.abs(value) <= 10);
    if (isSmall && distinct.size <= 21) return 'grades';
    return all((cell) => WHOLE.test(cell)) ? 'whole' : 'number';
  }
  if (column.times > 0.9) return 'time';
  if (all(isKnownType)) return 'type';
  const spaced = filled.filter((cell) => cell.trim().includes(' ')).length;
  return spaced > filled.length / 4 ? 'text' : 'code';
}

/** Seconds, milliseconds, microseconds or nanoseconds between 1980 and 2100. */
function isEpoch(values: readonly number[]): boolean {
  return [1, 1e3, 1e6, 1e9].some((unit) => values.every((value) => value / unit > 3e8 && value / unit < 4.1e9));
}

function eventNames(columns: readonly SampledColumn[]): string[] {
  const names = columns.map(() => '_');
  const kinds = columns.map(kindOf);
  const put = (at: number, name: string) => {
    if (at >= 0 && !names.includes(name)) names[at] = name;
  };
  // The first column is an id, however small its numbers are.
  const ids = columns.filter(
    ({ at }) =>
      kinds[at] === 'code' || kinds[at] === 'whole' || (at === 0 && /^(grades|constant)$/.test(kinds[at] ?? '')),
  );
  // Ignore row numbers if there are enough other columns of ids.
  const others = ids.filter((column) => !(column.isUnique && column.isRunning));
  const candidates = others.length > (kinds.includes('text') ? 0 : 1) ? others : ids;
  const [user, item] = userAndItem(
    candidates.map(({ at }) => at),
    columns,
  );
  if (user !== undefined) put(user, 'user');
  put(item ?? kinds.indexOf('text'), 'item');
  put(kinds.indexOf('time'), 'time');
  put(kinds.indexOf('type'), 'event');
  const itemColumn = columns[names.indexOf('item')];
  columns.forEach((column, at) => {
    if (names[at] !== '_') return;
    if (kinds[at] === 'grades') put(at, commonestIsLowest(column) ? 'count' : 'rating');
    if (kinds[at] === 'text' && column.distinct.size >= (itemColumn?.distinct.size ?? 0)) put(at, 'title');
    const isAmount = kinds[at] === 'whole' || (kinds[at] === 'number' && at > names.indexOf('item'));
    if (isAmount && (itemColumn === undefined || column.changesWithin(itemColumn).changed > 0) && !isDegrees(column))
      put(at, 'count');
  });
  if (names.includes('rating')) return names.map((name) => (name === 'count' ? '_' : name));
  return names;
}

/** Amazon's ids of products and customers. */
const ASIN = /^(B[0-9A-Z]{9}|\d{9}[\dX])$/;
const AMAZON_USER = /^A[0-9A-Z]{9,}$/;

/** The user comes before the item in most exports, but not in Amazon's. */
function userAndItem([first, second]: readonly number[], columns: readonly SampledColumn[]): (number | undefined)[] {
  const are = (at: number | undefined, pattern: RegExp) =>
    at !== undefined && columns[at]?.filled.every((cell) => pattern.test(cell)) === true;
  return are(first, ASIN) && are(second, AMAZON_USER) ? [second, first] : [first, second];
}

function commonestIsLowest({ filled }: SampledColumn): boolean {
  const tally = new Map<number, number>();
  for (const cell of filled) tally.set(Number(cell), (tally.get(Number(cell)) ?? 0) + 1);
  const lowest = Math.min(...tally.keys());
  return [...tally.values()].every((count) => count <= (tally.get(lowest) ?? 0));
}

/** Latitudes and longitudes have many decimals. */
function isDegrees({ filled }: SampledColumn): boolean {
  return filled.filter((cell) => /\.\d{4}/.test(cell)).length > filled.length / 2;
}

function itemNames(columns: readonly SampledColumn[]): string[] {
  const names = columns.map(() => '_');
  const kinds = columns.map(kindOf);
  const item = columns.findIndex((column) => column.isUnique);
  names[Math.max(0, item)] = 'item';
  const title = kinds.findIndex((kind, at) => names[at] === '_' && (kind === 'text' || kind === 'code'));
  if (title >= 0) names[title] = 'title';
  const list = columns.findIndex(({ filled }, at) => names[at] === '_' && filled.some((cell) => /[|]/.test(cell)));
  if (list >= 0) names[list] = 'genres';
  return names;
}
