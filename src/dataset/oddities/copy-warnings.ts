import { dayText, EARLIEST_SECONDS } from '../../events/clock.js';
import { thousands } from '../../quantities.js';
import type { AggregatedEvents } from '../aggregate.js';
import type { EventsFile } from '../events-file.js';
import type { Copies } from './copied-rows.js';

/**
 * Adds warnings about copies to the reports of their files. Copies that do not count, because the last rating of a pair replaces the others,
 * cause none unless a whole file is a copy: then another file is probably missing.
 *
 * @param firstLineOf where one of the exports that were concatenated into a single file begins.
 */
export function warnOfCopies(
  files: readonly EventsFile[],
  firstLineOf: (part: number) => number,
  { report: { duplicates, rule }, copied: { repeated, overlaps } }: Pick<AggregatedEvents, 'report' | 'copied'>,
  hasWeights: boolean,
): void {
  const isOneFile = files.length === 1;
  const warn = (file: number, warning: string) => files[isOneFile ? 0 : file]?.report.warnings.push(warning);
  // The weights of ratings add up whatever becomes of the ratings.
  const weightsAddUp = hasWeights && rule.kind !== 'count';
  const areAddedUp = duplicates === 'sum' || weightsAddUp;
  const orElse = areAddedUp ? ', or every row counts twice' : '';
  for (const { file, earlier } of repeated) {
    const what = isOneFile
      ? `its rows from line ${firstLineOf(file)} on are exactly those from line ${firstLineOf(earlier)} on`
      : `holds exactly the rows of ${files[earlier]?.path}`;
    warn(file, `${what}: was a file given twice?\n  leave one of them out${orElse}`);
  }
  const [most] = overlaps;
  if (!most || !areAddedUp) return;
  const { file, earlier, copies } = most;
  const wayOut = weightsAddUp ? '' : '; --duplicates max would count only the largest row of each user and item';
  if (isOneFile) {
    warn(
      file,
      `${thousands(copies)} of its rows${periodText(most)} come again from line ${firstLineOf(file)} on, exactly the same: exports whose periods overlap were probably concatenated, and these rows count twice\n  leave them out of one of the exports${wayOut}`,
    );
    return;
  }
  const others = overlaps.some((other) => other.file !== file) ? '; other files overlap, too' : '';
  warn(
    file,
    `${thousands(copies)} of its rows${periodText(most)} are also in ${files[earlier]?.path}, exactly the same: they were probably exported twice, and each counts twice${others}\n  leave them out of one of the files${wayOut}`,
  );
}

function periodText({ from, to }: Copies): string {
  // Days by number, for instance.
  if (to < EARLIEST_SECONDS) return '';
  const [first, last] = [dayText(from), dayText(to)];
  return first === last ? `, all on ${first},` : `, from ${first} to ${last},`;
}
