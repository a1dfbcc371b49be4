import { dayText, EARLIEST_SECONDS, momentText } from '../events/clock.js';
import type { Events } from '../events/event-columns.js';
import { type EventWeights, isKnownType, soundsUndoing, typeKey } from '../events/event-types.js';
import { forEachChunk } from '../matrix/chunks.js';
import { rowLength } from '../matrix/sparse.js';
import { isAnonymousId } from '../understanding/role-candidates.js';
import type { AggregatedEvents } from './aggregate.js';
import type { EventsReport } from './dataset.js';

/** The types, statuses and times of a file's events, for its report. */
export function eventsReport(events: Events): EventsReport {
  return { types: events.types?.met ?? [], statuses: events.statuses?.met ?? [], time: timeSpan(events) };
}

/** The types and times of files that are read as one. */
export function combinedReport(files: readonly EventsReport[]): EventsReport {
  const times = files.flatMap(({ time }) => time ?? []);
  return {
    types: files.flatMap(({ types }) => types),
    statuses: [],
    time: times.length === 0 ? undefined : times.reduce(combinedTimes),
  };
}

type Times = NonNullable<EventsReport['time']>;

function combinedTimes(one: Times, other: Times): Times {
  return {
    unit: one.unit === other.unit ? one.unit : 'text',
    dayOrder: undefined,
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    missing: one.missing + other.missing,
    early: one.early + other.early,
    future: one.future + other.future,
  };
}

/** The year 2000, in seconds. Numbers that are earlier as nanoseconds count 100 of these, from the year 1 or 1601, as .NET and Windows do. */
const EARLIEST_NANOSECONDS = 946_684_800;

function timeSpan(events: Events): EventsReport['time'] {
  const { time, timeColumn } = events;
  if (!time || !timeColumn) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let missing = 0;
  const { values, none } = time.numbers;
  const now = (Date.now() / 1000) * timeColumn.scale;
  const earliestSeconds = timeColumn.unit === 'ns' ? EARLIEST_NANOSECONDS : EARLIEST_SECONDS;
  const epoch = timeColumn.unit === 'days' ? Number.NEGATIVE_INFINITY : earliestSeconds * timeColumn.scale;
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
  let early = 0;
  let future = 0;
  // Few files have such times, and counting them above would take half as long again.
  for (const value of from < epoch || to > now ? values : []) {
    if (value === none) continue;
    if (value < epoch) early++;
    if (value > now) future++;
  }
  const { unit, seen } = timeColumn;
  const span = { from: timeColumn.seconds(from), to: timeColumn.seconds(to) };
  return { unit, dayOrder: seen.dayOrder, ...span, missing, early, future };
}

/** Fewer users than this may have one row each by coincidence. */
const FEWEST_USERS = 5;
/** With this many users or fewer, nothing can be learned for others. A file below `MANY_ROWS` rows may be a first try: no warning. */
const TOO_FEW_USERS = 2;
const MANY_ROWS = 100;
/** If a larger share of the rows have an item of their own, nobody shares items. */
const MOST_SINGLE = 0.95;
const DAY = 86_400;
/** Times further ahead are neither future orders nor fast clocks. */
const FAR_AHEAD = 366 * DAY;

/** An id with this share of the rows of `MANY_USERS` users is not one person. With fewer users, the share is larger. */
const MANY = 0.1;
const MANY_USERS = 100;
/** User 0 of users numbered from 0 stands for several people if it has this many times the mean number of rows. */
const ABOVE_MEAN = 1.3;
/** The same for words, like `guest`. */
const FAR_ABOVE_MEAN = 5;

/** Ids of users or items, and how many rows each has. */
export interface CountedIds {
  ids: readonly string[];
  rows: Uint32Array;
}

/** Warnings about ids that seem to stand for nobody, or for several people at once. */
function sharedIds({ ids, rows }: CountedIds, role: 'user' | 'item'): string[] {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const different = rows.reduce((sum, count) => sum + Number(count > 0), 0);
  const isShared = (id: string, count: number) => {
    // An item may well be in every basket.
    if (role === 'user' && count * Math.min(different, MANY_USERS) > MANY * MANY_USERS * total) return true;
    // Counts come first, since looking at the text of millions of ids takes longer.
    if ((count <= MANY * total && count * different <= FAR_ABOVE_MEAN * total) || !isAnonymousId(id)) return false;
    // Ids that are numbered from 0 include a 1; item 0 is then often the most popular one.
    const isNumbered = id === '0' && ids.includes('1');
    if (isNumbered && role === 'item') return false;
    const isWord = !/^-?\d+$/.test(id) && count * different > FAR_ABOVE_MEAN * total;
    return isWord || (count > MANY * total && (!isNumbered || count * different > ABOVE_MEAN * total));
  };
  const why = {
    user: 'exports give one id to all people without an account\n  if so, leave such rows out (--events-where), or name a column that tells them apart with --user-col NAME',
    item: 'exports write that where there is no item\n  if so, leave such rows out (--events-where)',
  }[role];
  return ids.flatMap((id, at) => {
    const count = rows[at] ?? 0;
    return isShared(id, count) ? [`${role} ${JSON.stringify(id)} has ${count} of ${total} rows; ${why}`] : [];
  });
}

/**
 * Warnings about events that could be read but look wrong.
 * @param nameOf the header of a role. @param stated the weights given by `--event-weights`.
 * @param now seconds since 1970.
 */
export function eventWarnings(
  { interactions: matrix, report: { repeated } }: AggregatedEvents,
  { time, types }: EventsReport,
  of: Readonly<Record<'user' | 'item', CountedIds>>,
  nameOf: (role: string) => string,
  stated: EventWeights,
  now: number,
): string[] {
  const found = [...sharedIds(of.user, 'user'), ...sharedIds(of.item, 'item')];
  const rows = repeated + matrix.index.length;
  let users = 0;
  for (let user = 0; user < matrix.rows; user++) if (rowLength(matrix, user) > 0) users++;
  if (users >= FEWEST_USERS && repeated === 0 && matrix.index.length === users) {
    found.push(
      `every user has exactly one row; is ${JSON.stringify(nameOf('user'))} the user? usually such a column is an order or a session, and nothing can be learned from it\n  --user-col NAME says which column is the user`,
    );
  }
  if (users <= TOO_FEW_USERS && rows >= MANY_ROWS) {
    found.push(
      `all rows are of ${users === 1 ? '1 user' : `${users} users`}, from whom nothing can be learned for others; is ${JSON.stringify(nameOf('user'))} the user?\n  --user-col NAME says which column is the user`,
    );
  }
  if (rows >= MANY_ROWS && of.item.rows.filter((count) => count > 0).length > MOST_SINGLE * rows) {
    found.push(
      `nearly every item has exactly one row; is ${JSON.stringify(nameOf('item'))} the item? usually such a column numbers lines or holds addresses with parameters, and nothing can be learned from it\n  --item-col NAME says which column is the item`,
    );
  }
  const names = [...new Set(types.map(({ name }) => name))];
  const areNumbers = names.every((name) => /^\d+$/.test(name));
  if (names.length > 1 && stated.size === 0 && (areNumbers || !names.some(isKnownType))) {
    const [column, some] = [JSON.stringify(nameOf('event')), names.slice(0, 6).join(', ')];
    found.push(
      areNumbers
        ? `${column} names types of events by number (${some}), each taken for a view\n  --event-weights ${names[0]}=1,${names[1]}=5 says what they weigh`
        : `none of the types of events in ${column} is known (${some}), and each is taken for a view\n  --event-weights "${names[0]}=1,${names[1]}=5" says what they weigh`,
    );
  }
  const keys = new Set([...stated.keys()].map(typeKey));
  const undoing = names.filter((name) => soundsUndoing(name) && !keys.has(typeKey(name))).slice(0, 6);
  if (undoing.length > 0 && names.some(isKnownType)) {
    found.push(
      `${JSON.stringify(nameOf('event'))} has types that sound like the end of something (${undoing.join(', ')}), and each is taken for a view\n  --event-weights "${undoing[0]}=-1" says what they weigh`,
    );
  }
  const column = JSON.stringify(nameOf('time'));
  if (time?.unit === 's' && time.to < EARLIEST_SECONDS) {
    found.push(
      `${column} holds numbers from ${time.from} to ${time.to}, too small for seconds since 1970; taken for seconds all the same, which is fine if larger ones are later\n  --time-col none leaves them out, --time-col NAME says which column holds the times`,
    );
  } else if (time && time.early > 0) {
    found.push(
      `${column} is ${dayText(time.from)} or the like in ${time.early} rows, others go up to ${dayText(time.to)}: another unit, or no time at all\n  write one unit and leave cells without a time empty, or --time-col none leaves times out`,
    );
  }
  if (time && time.from === time.to && time.from % DAY !== 0 && rows >= MANY_ROWS) {
    found.push(
      `${column} is ${momentText(time.from)} in all rows, as if it were the time of the export\n  --time-col NAME says which column holds the times, --time-col none leaves times out`,
    );
  }
  if (time && time.to > now + FAR_AHEAD) {
    found.push(
      `${column} goes up to ${dayText(time.to)}, and what is recent is counted from there\n  leave cells without a time empty, or leave later rows out with --now DATE`,
    );
  }
  return found;
}
