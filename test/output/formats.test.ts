import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ExitCode, Failure } from '../../src/failure.js';
import { formatOf, OUTPUT_FORMATS, type OutputFormat } from '../../src/output/formats.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

test.each<[string, OutputFormat]>([
  ['recs.csv', 'csv'],
  ['recs.CSV', 'csv'],
  ['out.d/recs.csv.gz', 'csv'],
  ['recs.jsonl', 'jsonl'],
  ['recs.ndjson', 'jsonl'],
  ['recs.jsonl.gz', 'jsonl'],
  ['recs.ndjson.GZ', 'jsonl'],
  ['recs.parquet', 'parquet'],
  ['recs', 'csv'],
  ['recs.gz', 'csv'],
  ['.recs', 'csv'],
  ['lists.tsv/recs', 'csv'],
  ['recs.2026-11-28', 'csv'],
  ['recs.', 'csv'],
  ['-', 'csv'],
  ['/dev/null', 'csv'],
  ['/dev/stdout', 'csv'],
  ['/dev/fd/63', 'csv'],
])('%s gets the format %s by default', (output, format) => {
  expect(formatOf(output, undefined)).toBe(format);
});

function refused(output: string, asked?: OutputFormat): string {
  try {
    return `taken for ${formatOf(output, asked)}`;
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== ExitCode.usage) throw error;
    return error.message;
  }
}

const OTHERS = ['tsv', 'json', 'xlsx', 'zip', 'txt', 'bz2', 'csv.bz2', 'csv.zst', 'tsv.gz', 'parq', '7z', 'db', 'csv~'];

test.each(OTHERS)(
  '.%s is refused with the list of formats, but --format csv, wide or jsonl allows any name',
  (extension) => {
    const output = `recs.${extension}`;
    expect(refused(output)).toMatch(
      /^-o recs\.\S+: cannot write \.\S+; expected \.csv, .*\.parquet; --format csv writes CSV under any name\n/,
    );
    for (const format of ['csv', 'wide', 'jsonl'] as const) expect(formatOf(output, format)).toBe(format);
  },
);

test('an extension that contradicts --format is refused, and so is Parquet in gzip', () => {
  const allowed: Record<OutputFormat, string[]> = {
    csv: ['csv', 'csv.gz', 'gz'],
    wide: ['csv', 'csv.gz', 'gz'],
    jsonl: ['jsonl', 'ndjson', 'jsonl.gz', 'ndjson.gz', 'gz'],
    parquet: ['parquet'],
  };
  const all = ['csv', 'csv.gz', 'jsonl', 'ndjson', 'jsonl.gz', 'ndjson.gz', 'parquet', 'parquet.gz', 'gz'];
  for (const format of OUTPUT_FORMATS) {
    for (const extension of all) {
      const answer = refused(`recs.${extension}`, format);
      if (allowed[format].includes(extension)) expect(answer).toBe(`taken for ${format}`);
      else expect(answer).toMatch(/contradict each other|Parquet compresses its own data/);
    }
  }
  expect(refused('recs.parquet.gz')).toContain('leave out .gz');
});

test('a named pipe gets the format of its extension, and CSV if the extension is unknown', () => {
  const folder = newFolder();
  const [odd, lines] = [join(folder, 'pipe.tsv'), join(folder, 'pipe.jsonl')];
  execFileSync('mkfifo', [odd, lines]);
  expect(formatOf(odd, undefined)).toBe('csv');
  expect(formatOf(lines, undefined)).toBe('jsonl');
});
