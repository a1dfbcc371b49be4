import { jsonText } from '../../csv/printable.js';
import { packedTexts, quotedArrays } from '../../csv/quoted-cells.js';
import { defused, type Quote, quoted, safelyQuoted } from '../../csv/quoting.js';
import { usageFailure } from '../../failure.js';
import { type Arrays, writeArrays } from '../../files/array-file.js';
import type { ColumnKind, LineFormat, TextColumn } from '../../output/formats.js';
import { headerOf, lineWriter } from '../../output/list-lines.js';
import { loadParquet, parquetLists } from '../../output/parquet.js';
import { reasonName, reasonStyle } from '../../output/reason-cells.js';
import { SCORE_DIGITS } from '../../output/score-digits.js';
import type { Names } from '../../saved-model/saved-model.js';
import type { ListLayout } from '../../workers/protocol.js';
import type { Lists } from '../../workers/run-files.js';
import type { ListOptions, Options } from '../options.js';
import type { Run } from '../run.js';
import type { NamedDataset } from './output-columns.js';

/** @throws Failure 2 or 73 if the output cannot be written in its format, whatever the data is. */
export async function checkFormat({ format }: Options, isTerminal: boolean): Promise<void> {
  if (format !== 'parquet') return;
  if (isTerminal) throw usageFailure('--format parquet is no text for a terminal: -o FILE.parquet, or a pipe');
  await loadParquet();
}

/** How ids and titles are written in a format. @param safe protects cells of CSV from being run by spreadsheets. */
export function cellQuote(format: LineFormat, safe: boolean): Quote {
  if (format === 'jsonl') return jsonText;
  return safe ? safelyQuoted : quoted;
}

export type EncodedOptions = Pick<ListOptions, 'format' | 'safeCsv' | 'top'>;

/** Makes the bytes of the output from the lists of shards. */
export async function listEncoder({ format, safeCsv, top }: EncodedOptions, columns: readonly TextColumn[]) {
  if (format !== 'parquet') {
    return {
      begin: () => headerOf(format, columns, top, cellQuote(format, safeCsv)),
      add: (_: number, lists: Lists): Iterable<Uint8Array> => ('lines' in lists ? [lists.lines] : refuse()),
      end: () => '',
    };
  }
  const file = parquetLists(await loadParquet(), columns);
  return {
    begin: () => '',
    /** @param from the first user of the lists. */
    add: (from: number, lists: Lists): Iterable<Uint8Array> => ('lines' in lists ? refuse() : file.add(from, lists)),
    end: () => file.end(),
  };
}

function refuse(): never {
  throw new RangeError('the lists are of another format');
}

/** Writes lists as lines in this process. @param listLength items of a list, at most. @param safe as `cellQuote` takes it. */
export function answerLines(format: LineFormat, columns: readonly TextColumn[], listLength: number, safe: boolean) {
  const quote = cellQuote(format, safe);
  const cellsOf = ({ kind, texts }: TextColumn) => (isText(kind) ? packedTexts(texts, quote) : undefined);
  const layout = {
    format,
    columns: columns.map((column) => ({ name: column.name, kind: column.kind, cells: cellsOf(column) })),
    listLength,
    precision: SCORE_DIGITS,
  };
  return { header: headerOf(format, columns, listLength, quote), newWriter: () => lineWriter(layout) };
}

/** The layout of lists that children write. Writes the texts that they need to a file of the run. */
export function layoutOf(
  { directory }: Run,
  { format, safeCsv, precision, reasons }: ListOptions,
  columns: readonly TextColumn[],
  dataset: NamedDataset,
): ListLayout {
  const path = directory.file('cells');
  const cells: Arrays = {};
  if (format !== 'parquet') {
    const quote = cellQuote(format, safeCsv);
    columns.forEach(({ kind, texts }, k) => {
      if (isText(kind)) Object.assign(cells, quotedArrays(`column${k}`, packedTexts(texts, quote)));
    });
  }
  if (columns.some(({ kind }) => kind === 'reasons')) {
    const style = reasonStyle(format);
    const nameOf = (name: string) => reasonName(safeCsv && style === 'cell' ? defused(name) : name, style);
    Object.assign(cells, quotedArrays('names', packedTexts(causesOf(dataset), nameOf)));
  }
  writeArrays(path, cells);
  return { format, columns: columns.map(({ name, kind }) => ({ name, kind })), precision, reasons, cells: path };
}

function isText(kind: ColumnKind): boolean {
  return kind === 'user' || kind === 'item';
}

/** The names of items, attribute values and groups in reasons. Items are named by their titles if they have one. */
export function causesOf({ itemIds, titles, attributeNames, groupNames }: Omit<Names, 'offered'>): string[] {
  return [...itemIds.map((id, item) => titles[item]?.trim() || id), ...attributeNames, ...groupNames];
}
