import { quotedArrays } from '../csv/quoted-cells.js';
import { quotedCells } from '../csv/quoting.js';
import type { Dataset } from '../dataset/dataset.js';
import { usageFailure } from '../failure.js';
import { writeArrays } from '../files/array-file.js';
import { cellQuote } from '../output/cell-quote.js';
import { headerOf } from '../output/list-lines.js';
import { loadParquet, ParquetLists } from '../output/parquet.js';
import type { RecommendJob } from '../workers/protocol.js';
import type { Lists } from '../workers/run-files.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** Whom and what the lists name. */
export type NamedDataset = Pick<Dataset, 'userIds' | 'itemIds' | 'titles'>;

/** @throws Failure 2 or 73 where the output cannot be written in its format, whatever the data. */
export async function checkFormat({ format }: Options, isTerminal: boolean): Promise<void> {
  if (format !== 'parquet') return;
  if (isTerminal) throw usageFailure('--format parquet is no text for a terminal: -o FILE.parquet, or a pipe');
  await loadParquet();
}

/** Makes the bytes of the output from the lists of shards. @param served the users by row. */
export async function listEncoder({ format, titles, top }: Options, dataset: NamedDataset, served: Uint32Array) {
  if (format !== 'parquet') {
    return {
      begin: () => headerOf(format, titles, top),
      add: (_: number, lists: Lists): Iterable<Uint8Array> => ('lines' in lists ? [lists.lines] : refuse()),
      end: () => '',
    };
  }
  const users = idsOf(dataset, served);
  const { itemIds: items } = dataset;
  const file = new ParquetLists(await loadParquet(), { users, items, titles: titles ? dataset.titles : undefined });
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

/** How children write lists as lines; the cells of these are written to a file of the run. Undefined: not as lines. */
export function linesOf(
  { directory }: Run,
  { format, safeCsv, titles }: Options,
  dataset: NamedDataset,
  served: Uint32Array,
): RecommendJob['lines'] {
  if (format === 'parquet') return undefined;
  const cells = directory.file('cells');
  const quote = cellQuote(format, safeCsv);
  writeArrays(cells, {
    ...quotedArrays('users', quotedCells(idsOf(dataset, served), quote)),
    ...quotedArrays('items', quotedCells(dataset.itemIds, quote)),
    ...(titles ? quotedArrays('titles', quotedCells(dataset.titles, quote)) : {}),
  });
  return { format, cells, withTitles: titles };
}

function idsOf({ userIds }: NamedDataset, served: Uint32Array): string[] {
  return Array.from(served, (user) => userIds[user] ?? '');
}
