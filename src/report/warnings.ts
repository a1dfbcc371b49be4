import type { FileReport } from '../dataset/dataset.js';
import { thousands } from './thousands.js';
import { plural } from './understood.js';

/** Rows without an id are no warning, up to this share of a file. */
const MANY = 0.5;

/**
 * What is wrong with the files though they could be read, each with the way out.
 * @param badRows what `--bad-rows` says.
 */
export function warningsOf(reports: readonly FileReport[], badRows: string): string[] {
  return reports.flatMap((report) => [
    ...refusedRows(report, badRows),
    ...skippedRows(report),
    ...report.warnings.map((warning) => `${report.table.path}: ${warning}`),
  ]);
}

function refusedRows({ table }: FileReport, badRows: string): string[] {
  const [first] = table.firstRejects;
  if (!first) return [];
  const wayOut =
    badRows === 'skip' ? 'mend them, or have them kept aside with --bad-rows FILE' : `they are kept in ${badRows}`;
  return [
    `${table.path}: ${plural(table.rejected, 'row')} of ${thousands(table.rows)} cannot be read and ${table.rejected === 1 ? 'is' : 'are'} left out, the first on line ${first.line}: ${first.reason}\n  ${wayOut}`,
  ];
}

function skippedRows({ table, skipped }: FileReport): string[] {
  const withoutId = skipped.filter(({ isWithoutId }) => isWithoutId);
  const rows = withoutId.reduce((total, { kind }) => total + kind.count, 0);
  if (rows <= MANY * table.rows) return [];
  const why = withoutId
    .filter(({ kind }) => kind.count > 0)
    .map(({ what, kind }) => `${plural(kind.count, 'row')} ${what}, the first on line ${kind.firstLine}`);
  return [
    `${table.path}: ${thousands(rows)} of ${plural(table.rows, 'row')} were skipped: ${why.join('; ')}\n  has the export gone wrong? --user-col and --item-col say which columns hold the ids`,
  ];
}
