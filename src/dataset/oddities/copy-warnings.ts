import { dayText, EARLIEST_SECONDS } from '../../events/clock.js';
import { thousands } from '../../quantities.js';
import type { AggregatedEvents } from '../aggregate.js';
import type { EventsFile } from '../events-file.js';
import type { Copies } from './copied-rows.js';

/**
 * Adds warnings about copies to the reports of their files. Copies that do not count, because the last rating of a pair replaces the others,
 * cause none unless a whole file is a copy: then another file is probably missing.
 */
export function warnOfCopies(
  files: readonly EventsFile[],
  repeatsItself: boolean,
  { report: { duplicates, rule }, copied: { repeated, overlaps } }: Pick<AggregatedEvents, 'report' | 'copied'>,
  hasWeights: boolean,
): void {
  const warn = (file: number, warning: string) => files[file]?.report.warnings.push(warning);
  // The weights of ratings add up whatever becomes of the ratings.
  const weightsAddUp = hasWeights && rule.kind !== 'count';
  const areAddedUp = duplicates === 'sum' || weightsAddUp;
  const orElse = areAddedUp ? ', or every row counts twice' : '';
  if (repeatsItself) {
    warn(
      0,
      `the second half of all rows repeats the first half: was a file given twice?\n  remove one of the copies${orElse}`,
    );
  }
  for (const { file, earlier } of repeated) {
    warn(
      file,
      `holds exactly the rows of ${files[earlier]?.path}: was a file given twice?\n  leave one of them out${orElse}`,
    );
  }
  const [most] = overlaps;
  if (!most || !areAddedUp) return;
  const { file, earlier, copies } = most;
  const others = overlaps.some((other) => other.file !== file) ? '; other files overlap, too' : '';
  const wayOut = weightsAddUp ? '' : '; --duplicates max would count only the largest row of each user and item';
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
