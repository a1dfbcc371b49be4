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
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, compressors } = await packages(path);
  try {
    const { byteLength, slice } = await asyncBufferFromFile(path);
    const file = {
      byteLength,
      async slice(from: number, to?: number) {
        const bytes = await slice(from, to);
        onBytes(bytes.byteLength);
        return bytes;
      },
    };
    const metadata = await parquetMetadataAsync(file);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, parsers: TEXTS });
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

const DAY = 86_400_000;

/** Dates stay dates; by default they become moments with a time of day. */
const TEXTS = {
  dateFromDays: (days: number) => new Date(days * DAY).toISOString().slice(0, 10),
};
