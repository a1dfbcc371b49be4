import { stat } from 'node:fs/promises';
import { readingFailure } from '../csv/failures.js';
import { type CsvSource, openTable, type Table } from '../csv/table.js';
import type { DescribedFiles } from './inputs.js';
import type { SampledFile } from './roles.js';
import { SampledColumn } from './sampled-column.js';

/** A file whose header and first rows are known; its rows have not been read yet. */
export interface OpenFile
  extends SampledFile,
    Pick<Table, 'path' | 'delimiter' | 'isConverted' | 'seekableSize' | 'close'> {
  source: CsvSource;
  /** The byte at which its first row begins. */
  begin: number;
  /** The first lines of the file; those up to the header are empty. */
  top: string[];
  /** Warnings about lost data that opening it has found. */
  warnings: readonly string[];
  table: () => Promise<Table>;
}

/** All files of a run, with samples. */
export interface OpenFiles {
  users: OpenFile[];
  items: OpenFile | undefined;
  interactions: OpenFile[];
  orders: OpenFile | undefined;
}

const SAMPLED_BYTES = 1 << 16;
const SAMPLED_ROWS = 1000;
/** More than exports write above the header. */
const TOP_BYTES = 1 << 13;

/**
 * Samples all files before any is read, so that a mistake costs only a second. Pipes come last, so that a file that is missing or cannot
 * be understood is reported without waiting for them.
 * @param check gets the files before the pipes are opened; it may throw.
 * @throws Failure 66, 65 or 74 if a file cannot be read.
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
  const opened: OpenFile[] = [];
  const of = (as: string) => opened.filter((_, at) => named[at]?.as === as);
  const byOption = (): OpenFiles => {
    const [[only], [placed]] = [of('items'), of('orders')];
    return { users: of('users'), interactions: of('interactions'), items: only, orders: placed };
  };
  try {
    for (const isFile of [true, false]) {
      for (const [at, each] of named.entries()) {
        if (areFiles[at] === isFile) opened[at] = await openSampled(inputs, each.path, each.columns);
      }
      if (isFile && areFiles.includes(false)) check(byOption());
    }
  } catch (error) {
    for (const file of opened) await file?.close();
    throw error;
  }
  return byOption();
}

export async function closeFiles({ users, items, interactions, orders }: OpenFiles): Promise<void> {
  for (const file of [...users, ...interactions, items, orders]) await file?.close();
}

/**
 * Reads the header and the first rows of a file. A pipe stays open, since it can be read only once; a file is closed, and opened again to
 * be read. @param columns names for a file without a header. @throws Failure 66, 65 or 74 if it cannot be read.
 */
export async function openSampled(
  inputs: Pick<DescribedFiles, 'delimiter' | 'encoding' | 'quotes' | 'badRows' | 'onBytes' | 'sizes'>,
  path: string,
  columns: readonly string[] | undefined,
): Promise<OpenFile> {
  const { delimiter, encoding, quotes, badRows, onBytes, sizes } = inputs;
  const source = { path, delimiter, encoding, quotes, columns };
  const open = () => openTable(source, badRows, onBytes, sizes?.chunk);
  const isFile = await isRegular(path);
  const table = isFile ? await openTable(source, 'stop', () => {}, SAMPLED_BYTES) : await open();
  const { name, header, isConverted, seekableSize, close } = table;
  const { bytes, from, to } = table.pieces;
  const text = Buffer.from(bytes.subarray(from, Math.min(to, from + TOP_BYTES))).toString();
  const rows = table.sample(SAMPLED_ROWS);
  const cellsAt = (at: number) => rows.map((cells) => cells[at] ?? '');
  if (isFile) await close();
  return {
    source,
    path,
    delimiter: table.delimiter,
    begin: table.pieces.position,
    seekableSize,
    name,
    header,
    isConverted,
    warnings: [...table.warnings],
    top: `${'\n'.repeat(table.linesBefore)}${text}`.split('\n').slice(0, -1),
    columns: header.map((column, at) => new SampledColumn(column, at, cellsAt(at))),
    table: async () => (isFile ? open() : table),
    close,
  };
}

/** True for files, which can be read more than once. @throws Failure 66 if there is no such file. */
async function isRegular(path: string): Promise<boolean> {
  if (path === '-') return false;
  const stats = await stat(path).catch((error) => {
    throw readingFailure(path, error);
  });
  // Opening a folder fails with a better message.
  return stats.isFile() || stats.isDirectory();
}
