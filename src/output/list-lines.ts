import type { QuotedCells } from '../csv/quoted-cells.js';
import { GrowingBytes } from './bytes.js';
import type { OutputFormat } from './formats.js';

/** Formats whose output is made of lines. */
export type LineFormat = Exclude<OutputFormat, 'parquet'>;

/** Items, best first, and their scores. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
}

/** The cells that lines are put together from, as `cellQuote` writes them. */
export interface OutputCells {
  users: QuotedCells;
  items: QuotedCells;
  /** Undefined: no titles. */
  titles: QuotedCells | undefined;
}

/** Adds the lines of a user's list. @returns how many. @throws RangeError where an item has no score, or no such cell. */
type AddList = (out: GrowingBytes, cells: OutputCells, user: number, list: List, listLength: number) => number;

const ADD_LIST: Readonly<Record<LineFormat, AddList>> = { csv: addRows, wide: addWideRow, jsonl: addObject };

/** What comes before all lists. */
export function headerOf(format: LineFormat, withTitles: boolean, listLength: number): string {
  if (format === 'csv') return `user_id,item_id,rank,score${withTitles ? ',title' : ''}\n`;
  if (format === 'jsonl') return '';
  const columns = Array.from({ length: listLength }, (_, k) => `,item_${k + 1}${withTitles ? `,title_${k + 1}` : ''}`);
  return `user_id${columns.join('')}\n`;
}

/** Puts lists together as lines. */
export class LineWriter {
  readonly #bytes = new GrowingBytes();
  readonly #addList: AddList;
  readonly #cells: OutputCells;
  readonly #listLength: number;
  rows = 0;

  /** @param listLength the most items of a list. */
  constructor(format: LineFormat, cells: OutputCells, listLength: number) {
    this.#addList = ADD_LIST[format];
    this.#cells = cells;
    this.#listLength = listLength;
  }

  /** @throws RangeError where an item has no score, or there is no cell of it. */
  add(user: number, list: List): void {
    this.rows += this.#addList(this.#bytes, this.#cells, user, list, this.#listLength);
  }

  /** The lines so far, as bytes of their own. */
  finish(): { lines: Uint8Array } {
    return { lines: this.#bytes.copy() };
  }
}

/** The first ranks as text. */
const RANKS = Array.from({ length: 100 }, (_, place) => String(place + 1));

/**
 * Adds the items of a list, with rank (from 1), score and title.
 * @param begin writes what comes before each. @param parts what stands before its rank, score and title, and behind all.
 */
function addItems(
  out: GrowingBytes,
  { items: cells, titles }: OutputCells,
  { items, scores }: List,
  begin: (place: number) => void,
  [rankPart, scorePart, titlePart, end]: readonly [string, string, string, string],
): void {
  for (let place = 0; place < items.length; place++) {
    const item = items[place];
    const score = scores[place];
    if (item === undefined || score === undefined) throw new RangeError(`rank ${place + 1} has no score`);
    begin(place);
    out.cell(cells, item);
    out.text(rankPart);
    out.text(RANKS[place] ?? String(place + 1));
    out.text(scorePart);
    out.score(score);
    if (titles) {
      out.text(titlePart);
      out.cell(titles, item);
    }
    out.text(end);
  }
}

/** `user_id,item_id,rank,score[,title]`: a row an item. */
function addRows(out: GrowingBytes, cells: OutputCells, user: number, list: List): number {
  const begin = () => {
    out.cell(cells.users, user);
    out.text(',');
  };
  addItems(out, cells, list, begin, [',', ',', ',', '\n']);
  return list.items.length;
}

/** `user_id,item_1[,title_1],item_2,…`: a row a user, always of the same width, as tables of a database want it. */
function addWideRow(
  out: GrowingBytes,
  { users, items: cells, titles }: OutputCells,
  user: number,
  { items }: List,
  listLength: number,
): number {
  out.cell(users, user);
  for (const item of items) {
    out.text(',');
    out.cell(cells, item);
    if (!titles) continue;
    out.text(',');
    out.cell(titles, item);
  }
  out.text(','.repeat((listLength - items.length) * (titles ? 2 : 1)));
  out.text('\n');
  return 1;
}

/** `{"user_id":…,"items":[{"item_id":…,"rank":…,"score":…[,"title":…]},…]}`: an object a user. */
function addObject(out: GrowingBytes, cells: OutputCells, user: number, list: List): number {
  out.text('{"user_id":');
  out.cell(cells.users, user);
  out.text(',"items":[');
  const begin = (place: number) => out.text(place === 0 ? '{"item_id":' : ',{"item_id":');
  addItems(out, cells, list, begin, [',"rank":', ',"score":', ',"title":', '}']);
  out.text(']}\n');
  return 1;
}
