import { type BadRows, refusalsOf } from '../csv/bad-rows.js';
import { displayName } from '../csv/failures.js';
import { type CsvSource, openTable } from '../csv/table.js';
import { type EventLayout, newSink, type RowFilter } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import { type Acceleration, eventsReader, type RangePart, type RefusedRow } from './events-reader.js';
import { IdIndex, type Ids } from './ids.js';
import { type EventsTask, partFrom } from './range-part.js';
import { type ReadEvents, readUntil } from './read-events.js';

/*
 * A file that cannot be cut into ranges, because it is compressed or converted, is read as a whole by one process; another one takes the
 * result over as if it had read the file itself.
 */

/** Reads a whole file. @throws Failure if the rest of the file cannot be read, like `readEvents`. */
export async function readWholeFile(
  { layout, eventWeights, chunkBytes }: EventsTask,
  source: CsvSource,
  acceleration?: Acceleration,
  filter?: RowFilter,
): Promise<RangePart> {
  const refused: RefusedRow[] = [];
  const keep: BadRows = ({ line, reason, cells }) => void refused.push({ line, reason, cells });
  const table = await openTable(source, keep, undefined, chunkBytes);
  const { refusals, pieces } = table;
  const sink = newSink(layout, new Map(eventWeights), { users: new IdIndex(), items: new IdIndex() });
  sink.lines = table.linesBefore;
  const begin = pieces.position;
  await table.reading(() =>
    readUntil(pieces, eventsReader(layout, sink, refusals.refuse, acceleration, filter), table),
  );
  for (const kind of Object.values(sink.events.skipped)) {
    if (kind.count > 0) kind.firstLine = refusals.lineOf(kind.firstLine);
  }
  const part = partFrom(sink, begin, pieces.position, refused);
  return { ...part, whole: { unread: refusals.unread, warnings: table.warnings } };
}

/** Takes over the result of `readWholeFile`. @throws Failure 65 for a refused row if bad rows stop the reading. */
export function takeWholeFile(
  part: RangePart,
  path: string,
  layout: EventLayout,
  eventWeights: EventWeights,
  ids: Ids,
  badRows: BadRows,
): ReadEvents {
  const refusals = refusalsOf(displayName(path), badRows);
  const sink = newSink(layout, eventWeights, ids);
  const { unread = 0, warnings = [] } = part.whole ?? {};
  eventsReader(layout, sink, refusals.refuse, undefined).append(part);
  refusals.unread = unread;
  return {
    events: sink.events,
    report: refusals.report(layout.delimiter, sink.rows),
    warnings,
    lineOf: (line) => line,
  };
}
