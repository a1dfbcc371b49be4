import { stat } from 'node:fs/promises';
import { readingFailure } from '../csv/failures.js';
import { type CsvSource, openTable, type Table } from '../csv/table.js';
import type { DescribedFiles } from './inputs.js';
import type { LookedAt } from './roles.js';
import { SampledColumn } from './sampled-column.js';

/** One of the files, its header and first rows known, its rows still to be read. */
export interface OpenFile
  extends LookedAt,
    Pick<Table, 'path' | 'delimiter' | 'isConverted' | 'seekableSize' | 'close'> {
  source: CsvSource;
  /** Where its first row begins. */
  begin: number;
  /** The first lines as they are, empty up to the header. */
  top: string[];
  /** What opening it already tells of what is lost. */
  warnings: readonly string[];
  table: () => Promise<Table>;
}

/** All files, looked at. */
export interface OpenFiles {
  users: OpenFile[];
  items: OpenFile | undefined;
  interactions: OpenFile[];
  orders: OpenFile | undefined;
}

/** Bytes that a look takes. */
const A_LOOK = 1 << 16;
const SAMPLED_ROWS = 1000;
/** Nobody writes more above the header. */
const TOP_BYTES = 1 << 13;

/**
 * Looks at all files before any is read, so that a mistake costs a second. Pipes come last: whether a file is missing must not wait
 * for them, nor whether it can be understood.
 * @param check is given the files before the pipes are opened; it may throw.
 * @throws Failure 66, 65 or 74 where one cannot be read.
 */
export async function openFiles(inputs: DescribedFiles, check: (files: OpenFiles) => void): Promise<OpenFiles> {
  const { columns, itemColumns, items, orders } = inputs;
  const named = [
    ...inputs.users.map((path) => ({ as: 'users', path, columns })),
    ...inputs.interactions.map((path) => ({ as: 'interactions', path, columns })),
    ...[items ?? []].flat().map((path) => ({ as: 'items', path, columns: itemColumns })),
    ...[orders ?? []].flat().map((path) => ({ as: 'orders', path, columns: undefined })),
  ];
  const areFiles = await Promise.all(named.map(({ path }) => isRegular(path)));
  const looked: OpenFile[] = [];
  const of = (as: string) => looked.filter((_, at) => named[at]?.as === as);
  const byOption = (): OpenFiles => {
    const [[only], [placed]] = [of('items'), of('orders')];
    return { users: of('users'), interactions: of('interactions'), items: only, orders: placed };
  };
  try {
    for (const isFile of [true, false]) {
      for (const [at, each] of named.entries()) {
        if (areFiles[at] === isFile) looked[at] = await lookAt(inputs, each.path, each.columns);
      }
      if (isFile && areFiles.includes(false)) check(byOption());
    }
  } catch (error) {
    for (const file of looked) await file?.close();
    throw error;
  }
  return byOption();
}

export async function closeFiles({ users, items, interactions, orders }: OpenFiles): Promise<void> {
  for (const file of [...users, ...interactions, items, orders]) await file?.close();
}

/**
 * Looks at a file: its header and some rows. A pipe stays open, since it can be read but once; a file is closed, and opened anew to be read.
 * @param columns where it has no header. @throws Failure 66, 65 or 74 where it cannot be read.
 */
export async function lookAt(
  inputs: Pick<DescribedFiles, 'delimiter' | 'encoding' | 'quotes' | 'badRows' | 'onBytes' | 'sizes'>,
  path: string,
  columns: readonly string[] | undefined,
): Promise<OpenFile> {
  const { delimiter, encoding, quotes, badRows, onBytes, sizes } = inputs;
  const source = { path, delimiter, encoding, quotes, columns };
  const open = () => openTable(source, badRows, onBytes, sizes?.chunk);
  const isFile = await isRegular(path);
  const looked = isFile ? await openTable(source, 'stop', () => {}, A_LOOK) : await open();
  const { name, header, isConverted, seekableSize, close } = looked;
  const { bytes, from, to } = looked.pieces;
  const text = Buffer.from(bytes.subarray(from, Math.min(to, from + TOP_BYTES))).toString();
  const rows = looked.sample(SAMPLED_ROWS);
  const cellsAt = (at: number) => rows.map((cells) => cells[at] ?? '');
  if (isFile) await close();
  return {
    source,
    path,
    delimiter: looked.delimiter,
    begin: looked.pieces.position,
    seekableSize,
    name,
    header,
    isConverted,
    warnings: [...looked.warnings],
    top: `${'\n'.repeat(looked.linesBefore)}${text}`.split('\n').slice(0, -1),
    columns: header.map((column, at) => new SampledColumn(column, at, cellsAt(at))),
    table: async () => (isFile ? open() : looked),
    close,
  };
}

/** True for what can be read more than once. @throws Failure 66 where there is no such file. */
async function isRegular(path: string): Promise<boolean> {
  if (path === '-') return false;
  const stats = await stat(path).catch((error) => {
    throw readingFailure(path, error);
  });
  // A folder is refused when it is opened.
  return stats.isFile() || stats.isDirectory();
}
