import { jsonText } from '../csv/printable.js';
import { packedTexts, type QuotedCells } from '../csv/quoted-cells.js';
import type { Quote } from '../csv/quoting.js';
import { GrowingBytes } from './bytes.js';
import { type ColumnKind, isPerUser, type LineFormat, type OutputColumn } from './formats.js';
import { type Reasons, SOURCES, type WriteReasons } from './reason-cells.js';

/** Items, best first, and their scores. */
export interface ScoredList {
  items: Uint32Array;
  scores: Float64Array;
}

/** A column; one of texts by user or by item has their cells, as `cellQuote` writes them. */
export interface LineColumn extends OutputColumn {
  cells?: QuotedCells | undefined;
}

/** How lists become lines. */
export interface LineLayout {
  format: LineFormat;
  columns: readonly LineColumn[];
  /** The maximum length of a list. */
  listLength: number;
  /** Significant digits of scores. */
  precision: number;
  /** Writes the column of reasons, where there is one. */
  reasons?: WriteReasons | undefined;
}

/** The header line, '' for JSON Lines. @param quote turns names into cells. */
export function headerOf(
  format: LineFormat,
  columns: readonly OutputColumn[],
  listLength: number,
  quote: Quote,
): string {
  if (format === 'jsonl') return '';
  const nameOf = ({ name }: OutputColumn) => name;
  const names = format === 'csv' ? columns.map(nameOf) : columns.filter(isPerUser).map(nameOf);
  const ofItem = columns.filter((column) => !isPerUser(column)).map(({ name }) => (name === 'item_id' ? 'item' : name));
  if (format === 'wide') for (let k = 1; k <= listLength; k++) names.push(...ofItem.map((name) => `${name}_${k}`));
  return `${names.map(quote).join(',')}\n`;
}

/** The content of a cell: a text by user, item, rank or source, or a value that is written for each row. */
const Content = { user: 0, item: 1, rank: 2, source: 3, score: 4, reasons: 5 } as const;

/** A cell of a line, with the bytes before it. */
interface Cell {
  before: Uint8Array;
  content: number;
  cells: QuotedCells | undefined;
}

/** The parts of the lines of a user: the user's cells, those of each item, and the text around and between these. */
const NO_LINES = {
  ofUser: [] as Cell[],
  beforeItems: '',
  ofItem: [] as Cell[],
  betweenItems: '',
  afterItem: '',
  /** Fills the place of a missing item in a short list. */
  noItem: '',
  afterItems: '',
};
type Template = typeof NO_LINES;

const TEMPLATES: Readonly<Record<LineFormat, (columns: readonly LineColumn[]) => Template>> = {
  csv: csvTemplate,
  wide: wideTemplate,
  jsonl: jsonlTemplate,
};

/** Collects lists as lines. */
export function lineWriter({ format, columns, listLength, precision, reasons: writeReasons }: LineLayout) {
  const texts = {
    rank: Array.from({ length: listLength }, (_, place) => String(place + 1)),
    source: format === 'jsonl' ? SOURCES.map((source) => JSON.stringify(source)) : SOURCES,
  };
  const cellsOf = (kind: ColumnKind) => (kind === 'rank' || kind === 'source' ? packedTexts(texts[kind]) : undefined);
  const { ofUser, beforeItems, ofItem, betweenItems, afterItem, noItem, afterItems } = TEMPLATES[format](
    columns.map((column) => ({ ...column, cells: column.cells ?? cellsOf(column.kind) })),
  );
  const out = new GrowingBytes();
  let rows = 0;
  return {
    /** The number of rows so far. */
    get rows(): number {
      return rows;
    },

    /** @param reasons where a column needs them. @throws RangeError where an item has no score or no cell. */
    add(user: number, { items, scores }: ScoredList, reasons?: Reasons): void {
      for (const { before, cells } of ofUser) if (cells) out.cell(before, cells, user);
      if (beforeItems !== '') out.text(beforeItems);
      for (let place = 0; place < items.length; place++) {
        if (place > 0 && betweenItems !== '') out.text(betweenItems);
        for (const { before, content, cells } of ofItem) {
          switch (content) {
            case Content.score:
              out.raw(before);
              out.score(scores[place] ?? Number.NaN, precision);
              break;
            case Content.reasons:
              out.raw(before);
              if (reasons) writeReasons?.(out, scores[place] ?? Number.NaN, reasons, place);
              break;
            default:
              if (cells) out.cell(before, cells, textIndex(content, user, items, place, reasons));
          }
        }
        if (afterItem !== '') out.text(afterItem);
      }
      if (noItem !== '') for (let place = items.length; place < listLength; place++) out.text(noItem);
      if (afterItems !== '') out.text(afterItems);
      rows += format === 'csv' ? items.length : 1;
    },

    /** A copy of the lines so far, as bytes. */
    finish: () => ({ lines: out.copy() }),
  };
}

/** The index of a column's text in a row. */
function textIndex(content: number, user: number, items: Uint32Array, place: number, reasons?: Reasons): number {
  if (content === Content.user) return user;
  if (content === Content.item) return items[place] ?? -1;
  return content === Content.rank ? place : (reasons?.source[place] ?? -1);
}

/** `user_id,item_id,rank,score[,title]`: a row per item. */
function csvTemplate(columns: readonly LineColumn[]): Template {
  const ofItem = columns.map((column, k) => cellOf(column, k > 0 ? ',' : ''));
  return { ...NO_LINES, ofItem, afterItem: '\n' };
}

/** `user_id,item_1[,title_1],item_2,…`: a row per user, all of the same width, for tables of a database. */
function wideTemplate(columns: readonly LineColumn[]): Template {
  const ofUser = columns.filter(isPerUser).map((column, k) => cellOf(column, k > 0 ? ',' : ''));
  const ofItem = columns.filter((column) => !isPerUser(column)).map((column) => cellOf(column, ','));
  return { ...NO_LINES, ofUser, ofItem, noItem: ','.repeat(ofItem.length), afterItems: '\n' };
}

/** `{"user_id":…,"items":[{"item_id":…,"rank":…,"score":…[,"title":…]},…]}`: an object per user. */
function jsonlTemplate(columns: readonly LineColumn[]): Template {
  const members = (some: readonly LineColumn[]) =>
    some.map((column, k) => cellOf(column, `${k > 0 ? ',' : '{'}${jsonText(column.name)}:`));
  const ofUser = members(columns.filter(isPerUser));
  const ofItem = members(columns.filter((column) => !isPerUser(column)));
  const beforeItems = `${ofUser.length > 0 ? ',' : '{'}"items":[`;
  const afterItem = ofItem.length > 0 ? '}' : '{}';
  return { ...NO_LINES, ofUser, beforeItems, ofItem, betweenItems: ',', afterItem, afterItems: ']}\n' };
}

function cellOf({ kind, cells }: LineColumn, before: string): Cell {
  return { before: Buffer.from(before), content: Content[kind], cells };
}
