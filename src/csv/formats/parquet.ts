import { type FileHandle, open } from 'node:fs/promises';
import { badData, Failure, messageOf } from '../../failure.js';
import type { Entry } from './records.js';

/** How Parquet begins. The control character is needed, since a CSV may begin with a column called PAR1. */
export const PARQUET = /^PAR1[^\P{Cc}\s]/u;
/** Rows per batch. */
const BATCH = 1024;
/** An estimate of the bytes that a value takes. */
const VALUE_BYTES = 16;

/** The rows of a Parquet file, one row group in memory at a time; `line` is the row's number, from 1. */
export async function* parquetEntries(path: string, onBytes: (count: number) => void): AsyncGenerator<Entry[]> {
  const { parquetMetadataAsync, parquetReadObjects, compressors } = await packages(path);
  const file = await open(path);
  try {
    const source = { byteLength: (await file.stat()).size, slice: sliceOf(file, onBytes) };
    const metadata = await parquetMetadataAsync(source);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file: source, metadata, rowStart, rowEnd, compressors, parsers: TEXTS });
      for (let first = 0; first < rows.length; first += BATCH) {
        const batch = rows.slice(first, first + BATCH);
        yield batch.map((record, at) => ({
          line: rowStart + first + at + 1,
          bytes: VALUE_BYTES * group.columns.length,
          record,
        }));
      }
      rowStart = rowEnd;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = messageOf(error);
    throw badData(`${path}: this Parquet cannot be read: ${why}; export it anew, or as CSV`, error);
  } finally {
    await file.close();
  }
}

async function packages(path: string) {
  try {
    const [parquet, { compressors }] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
    return { ...parquet, compressors };
  } catch (cause) {
    throw badData(
      `${path} is Parquet, and the two packages that read it are not installed: npm install hyparquet hyparquet-compressors`,
      cause,
    );
  }
}

function sliceOf(file: FileHandle, onBytes: (count: number) => void) {
  return async (from: number, to?: number): Promise<ArrayBuffer> => {
    const end = to ?? (await file.stat()).size;
    const bytes = new Uint8Array(end - from);
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    onBytes(bytes.length);
    return bytes.buffer;
  };
}

const DAY = 86_400_000;

/** Dates stay dates; by default they become moments with a time of day. */
const TEXTS = {
  dateFromDays: (days: number) => new Date(days * DAY).toISOString().slice(0, 10),
};
