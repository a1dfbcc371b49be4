import type { Events } from '../events/event-columns.js';
import type { EventWeights } from '../events/event-types.js';
import { forEachChunk } from '../matrix/chunks.js';
import { rowLength } from '../matrix/sparse.js';
import { isNobody } from '../understanding/role-candidates.js';
import type { AggregatedEvents } from './aggregate.js';
import type { EventsReport, InteractionsReport } from './dataset.js';

/** What the rows of a file say, for its report. */
export function eventsReport(events: Events): EventsReport {
  return { types: events.types?.met ?? [], statuses: events.statuses?.met ?? [], time: timeSpan(events) };
}

/** How events became interactions, for the report. */
export function interactionsReport(
  { strength }: Events,
  { rule, unrated, duplicates, meanRating, repeated, withoutStrength }: AggregatedEvents,
): InteractionsReport {
  return { rule, unrated, hasStrength: strength !== undefined, duplicates, meanRating, repeated, withoutStrength };
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
  const { unit, seen } = timeColumn;
  return { unit, dayOrder: seen.dayOrder, from: timeColumn.seconds(from), to: timeColumn.seconds(to), missing };
}

/** Of fewer users that may be chance. */
const FEWEST_USERS = 5;
/** Numbers that are seconds since 1970 are above this: the third of March 1973. */
const EARLIEST_SECONDS = 1e8;

/** A user with this share of the rows, and this many times the mean of the others, is not one person. */
const MANY = 0.1;
const TIMES_THE_MEAN = 1.3;

/**
 * What of events is suspicious, though they could be read.
 * @param userIds by the rows of `matrix`. @param nameOf the header of a role. @param stated weights by type of event.
 */
export function doubts(
  { matrix, repeated }: AggregatedEvents,
  { time, types }: EventsReport,
  userIds: readonly string[],
  nameOf: (role: string) => string,
  stated: EventWeights,
): string[] {
  const found: string[] = [];
  let users = 0;
  const total = matrix.index.length;
  for (let user = 0; user < matrix.rows; user++) if (rowLength(matrix, user) > 0) users++;
  userIds.forEach((id, user) => {
    const items = user < matrix.rows && isNobody(id) ? rowLength(matrix, user) : 0;
    // Where users are numbered from 0 on, there is a 1 as well.
    const isNumbered = id === '0' && userIds.includes('1');
    if (items <= MANY * total || (isNumbered && items * users <= TIMES_THE_MEAN * total)) return;
    found.push(
      `user ${JSON.stringify(id)} has ${items} of ${total} interactions; exports give that id to people without an account\n  if so, leave such rows out, or name a column that tells them apart with --user-col NAME`,
    );
  });
  if (users >= FEWEST_USERS && repeated === 0 && matrix.index.length === users) {
    found.push(
      `every user has exactly one row; is ${JSON.stringify(nameOf('user'))} the user? mostly it is an order or a session then, and nothing can be learned from it\n  --user-col NAME says which column is the user`,
    );
  }
  const numbers = types.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  if (numbers.length > 1 && numbers.length === types.length && stated.size === 0) {
    found.push(
      `${JSON.stringify(nameOf('event'))} names types of events by number (${numbers.slice(0, 6).join(', ')}), each taken for a view
  --event-weights ${numbers[0]}=1,${numbers[1]}=5 says what they weigh`,
    );
  }
  if (time?.unit === 's' && time.to < EARLIEST_SECONDS) {
    found.push(
      `${JSON.stringify(nameOf('time'))} holds numbers from ${time.from} to ${time.to}, too small for seconds since 1970; taken for seconds all the same, which is right as far as larger ones are later\n  --time-col none leaves them out, --time-col NAME says which column holds the times`,
    );
  }
  return found;
}
