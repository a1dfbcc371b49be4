import type { Events } from '../events/event-columns.js';
import { forEachChunk } from '../matrix/chunks.js';
import { rowLength } from '../matrix/sparse.js';
import type { AggregatedEvents } from './aggregate.js';
import type { EventsReport } from './dataset.js';
import { isNobody } from './role-candidates.js';

/** How events were read, for the report. @param aggregated what became of them. */
export function eventsReport(events: Events, aggregated: AggregatedEvents): EventsReport {
  const { rule, unrated, duplicates, repeated, withoutStrength } = aggregated;
  return {
    rule,
    unrated,
    hasStrength: events.strength !== undefined,
    duplicates,
    repeated,
    withoutStrength,
    types: events.types?.met ?? [],
    statuses: events.statuses?.met ?? [],
    time: timeSpan(events),
  };
}

function timeSpan(events: Events): EventsReport['time'] {
  const { time, timeColumn } = events;
  if (!time || !timeColumn) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let missing = 0;
  const { values, none } = time.numbers;
  forEachChunk(values.length, (first, end) => {
    let earliest = from;
    let latest = to;
    for (let row = first; row < end; row++) {
      const value = values[row]!;
      if (value === none || Number.isNaN(value)) {
        missing++;
        continue;
      }
      if (value < earliest) earliest = value;
      if (value > latest) latest = value;
    }
    from = earliest;
    to = latest;
  });
  if (missing === values.length) return undefined;
  const { unit, dayOrder } = timeColumn;
  return { unit, dayOrder, from: timeColumn.seconds(from), to: timeColumn.seconds(to), missing };
}

/** Of fewer users that may be chance. */
const FEWEST_USERS = 5;
/** Numbers that are seconds since 1970 are above this: the third of March 1973. */
const EARLIEST_SECONDS = 1e8;

/** Where somebody who is nobody has more than this share of the rows, most of them are somebody else's. */
const MANY = 0.1;

/**
 * What of events is suspicious, though they could be read.
 * @param userIds by the rows of `matrix`. @param userColumn,timeColumn their headers.
 */
export function doubts(
  { matrix, repeated }: AggregatedEvents,
  { time }: EventsReport,
  userIds: readonly string[],
  userColumn: string,
  timeColumn: string,
): string[] {
  const found: string[] = [];
  let users = 0;
  for (let user = 0; user < matrix.rows; user++) {
    const items = rowLength(matrix, user);
    if (items > 0) users++;
    const id = userIds[user] ?? '';
    if (isNobody(id) && items > MANY * matrix.index.length && items < matrix.index.length) {
      found.push(
        `user ${JSON.stringify(id)} has ${items} of ${matrix.index.length} interactions; exports give that id to people without an account\n  if so, leave such rows out, or name a column that tells them apart with --user-col NAME`,
      );
    }
  }
  if (users >= FEWEST_USERS && repeated === 0 && matrix.index.length === users) {
    found.push(
      `every user has exactly one row; is ${JSON.stringify(userColumn)} the user? mostly it is an order or a session then, and nothing can be learned from it\n  --user-col NAME says which column is the user`,
    );
  }
  if (time?.unit === 's' && time.to < EARLIEST_SECONDS) {
    found.push(
      `${JSON.stringify(timeColumn)} holds numbers from ${time.from} to ${time.to}, too small for seconds since 1970; taken for seconds all the same, which is right as far as larger ones are later\n  --time-col none leaves them out, --time-col NAME says which column holds the times`,
    );
  }
  return found;
}
