import { basename, extname } from 'node:path';
import { usageFailure } from '../failure.js';
import { isPipeOrDevice } from '../files/stats.js';

/** How lists are written: a row per item (csv, parquet), or a row per user (wide, jsonl). */
export const OUTPUT_FORMATS = ['csv', 'wide', 'jsonl', 'parquet'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
/** Formats whose output is made of lines. */
export type LineFormat = Exclude<OutputFormat, 'parquet'>;

/** The formats that a file with this extension may have; the first is the default. */
const BY_EXTENSION: Readonly<Record<string, readonly OutputFormat[]>> = {
  '.csv': ['csv', 'wide'],
  '.jsonl': ['jsonl'],
  '.ndjson': ['jsonl'],
  '.parquet': ['parquet'],
};
const EXTENSIONS = '.csv, .jsonl (or .ndjson), either with .gz, or .parquet';

/**
 * The format of an output. @param asked the value of `--format`; undefined: the extension decides.
 * @throws Failure 2 for an extension that contradicts `--format`, or that the program does not write.
 */
export function formatOf(output: string, asked: OutputFormat | undefined): OutputFormat {
  const isPacked = /\.gz$/i.test(output);
  const extension = extensionOf(isPacked ? output.slice(0, -3) : output);
  const formats = BY_EXTENSION[extension];
  const format = asked ?? formats?.[0];
  if (formats && format && !formats.includes(format)) {
    throw usageFailure(
      `--format ${format} and -o ${output} contradict each other: a file *${extension} holds ${formats.join(' or ')}`,
    );
  }
  if (isPacked && format === 'parquet') {
    throw usageFailure(`-o ${output}: Parquet compresses its own data; leave out .gz`);
  }
  if (format) return format;
  if (extension === '' || isPipeOrDevice(output)) return 'csv';
  throw usageFailure(
    `-o ${output}: cannot write ${extension}; expected ${EXTENSIONS}; --format csv writes CSV under any name`,
  );
}

/** The extension in lower case; '' if the name has none. Digits alone, as in "recs.2026-11-28", are a date or a version. */
function extensionOf(output: string): string {
  const extension = extname(basename(output)).toLowerCase();
  return /^\.[\d-]*$/.test(extension) ? '' : extension;
}

/** What a column contains: texts of users or of items, or values of each row. */
export type ColumnKind = 'user' | 'item' | 'rank' | 'score' | 'source' | 'reasons';

export interface OutputColumn {
  name: string;
  kind: ColumnKind;
}

/** A column with its texts, by user of the output or by item; no texts where the values belong to rows. */
export interface TextColumn extends OutputColumn {
  texts: readonly string[];
}

/** True for columns with one value per list, the same for all its items. */
export function isPerUser({ kind }: OutputColumn): boolean {
  return kind === 'user';
}
