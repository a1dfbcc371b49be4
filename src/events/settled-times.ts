import { printableName } from '../csv/printable.js';
import { ExitCode, Failure } from '../failure.js';
import { forEachChunk } from '../matrix/chunks.js';
import { NumberColumn } from './columns.js';
import { partedSeconds, partedText } from './day-month.js';
import type { Events } from './event-columns.js';

/**
 * Makes seconds of the dates that end with the year, now that the column has told which part is the day.
 * @throws Failure 65 where no row told: 3/4/2011 is a day in spring or in another month of it.
 */
export function settleTimes(path: string, column: string, events: Events): void {
  const { time, timeColumn, line } = events;
  if (!time || !timeColumn?.parted) return;
  const order = timeColumn.dayOrder;
  const settled = new NumberColumn();
  settled.reserve(time.length);
  for (let row = 0; row < time.length; row++) {
    const code = time.at(row);
    if (order === undefined && !Number.isNaN(code)) {
      throw new Failure(
        ExitCode.badData,
        `${path}:${line.at(row)}: column "${printableName(column)}": which part of ${partedText(code)} is the day, no row of the column tells (none is above 12)\n  --date-order day-first or month-first settles it, --time-col none leaves times out`,
      );
    }
    settled.push(order === undefined ? code : partedSeconds(code, order));
  }
  events.time = settled;
}

/** Says so where rows are dated after now: popularity counts from the latest time on, so that one such row makes all others old. */
export function noteFuture({ time, timeColumn }: Events, now: number): string[] {
  if (!time || !timeColumn) return [];
  const { values, none } = time.numbers;
  const scale = timeColumn.scale;
  let rows = 0;
  let latest = now;
  forEachChunk(values.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const at = (values[row] ?? Number.NaN) / scale;
      if (!(at > now) || values[row] === none) continue;
      rows++;
      latest = Math.max(latest, at);
    }
  });
  if (rows === 0) return [];
  const day = new Date(latest * 1000);
  const last = Number.isNaN(day.getTime()) ? 'beyond the calendar' : day.toISOString().slice(0, 10);
  return [`times in the future: ${rows}, the last of them ${last}; what is recent is counted from there`];
}
