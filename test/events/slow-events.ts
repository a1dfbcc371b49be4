import { readFileSync } from 'node:fs';
import { BadRow, type BadRows, refusalsOf } from '../../src/csv/bad-rows.js';
import { isBlank, numberCell } from '../../src/csv/cells.js';
import { emptyTable } from '../../src/csv/failures.js';
import { refuseOddHeader, refuseOtherFormats } from '../../src/csv/formats/other-formats.js';
import { headOf } from '../../src/csv/head.js';
import { countSkipped, type EventLayout, type EventSink } from '../../src/events/event-columns.js';
import { checkId } from '../../src/events/ids.js';
import { readRecords } from '../csv/csv-parse-records.js';

/** Reads an events file row by row, with csv-parse and strings: the slow and simple model of `readEvents`. */
export async function readSlowly(
  path: string,
  badRows: BadRows,
  onHeader: (header: string[], delimiter: string) => { layout: EventLayout; sink: EventSink },
) {
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw emptyTable(path);
  refuseOtherFormats(path, bytes);
  refuseOddHeader(path, bytes);
  const { delimiter, begin, lines } = headOf(path, bytes, undefined);
  const refusals = refusalsOf(path, badRows);
  let read: ReturnType<typeof onHeader> | undefined;
  await readRecords(bytes.subarray(begin), delimiter, lines, {
    record: (cells, line) => {
      if (!read) {
        read = onHeader(cells, delimiter);
        return;
      }
      read.sink.rows++;
      try {
        take(read.layout, read.sink, fitted(cells, read.layout.width), line);
      } catch (error) {
        if (!(error instanceof BadRow)) throw error;
        refusals.refuse(firstLine(cells, line), error.message, cells);
      }
    },
    refused: (line, reason) => {
      if (!read) throw refusals.fatal(line, reason);
      read.sink.rows++;
      refusals.refuse(line, reason, []);
    },
  });
  if (!read) throw emptyTable(path);
  const { rows } = read.sink;
  return refusals.report(delimiter, rows);
}

/** The row with as many cells as the header: surplus empty cells at its end are dropped. */
function fitted(cells: string[], width: number): string[] {
  if (cells.length === width) return cells;
  if (cells.length > width && cells.slice(width).every((cell) => cell === '')) return cells.slice(0, width);
  throw new BadRow(`this row has ${cells.length} cells, the header has ${width}`);
}

function firstLine(cells: readonly string[], lastLine: number): number {
  return lastLine - cells.join('').split('\n').length + 1;
}

function take({ roles, ratingName }: EventLayout, { events, users, items }: EventSink, cells: string[], line: number) {
  const user = cells[roles.user]!;
  const item = cells[roles.item]!;
  if (isBlank(user)) {
    if (!isBlank(item)) items.add(item);
    countSkipped(events.skipped.withoutUser, line);
    return;
  }
  if (isBlank(item)) {
    users.add(user);
    countSkipped(events.skipped.withoutItem, line);
    return;
  }
  checkId(Buffer.from(user));
  checkId(Buffer.from(item));
  const type = roles.event === undefined ? undefined : events.types!.of(cells[roles.event]!);
  if (type?.weight === 0) {
    users.add(user);
    items.add(item);
    type.rows++;
    countSkipped(events.skipped.withoutWeight, line);
    return;
  }
  const strength = roles.rating === undefined ? Number.NaN : numberCell(cells[roles.rating]!, ratingName);
  const time = roles.time === undefined ? Number.NaN : events.timeColumn!.read(cells[roles.time]!);
  events.user.push(users.add(user));
  events.item.push(items.add(item));
  events.strength?.push(strength);
  events.time?.push(time);
  if (type) {
    type.rows++;
    events.weight?.push(type.weight);
  }
  events.line.push(line);
}
