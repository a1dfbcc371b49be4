import { rowFilter } from '../conditions/row-filter.js';
import type { TableReport } from '../csv/bad-rows.js';
import { dayText, momentText } from '../events/clock.js';
import type { SkippedKind } from '../events/event-columns.js';
import { statusWeightsAmong } from '../events/event-types.js';
import { IdIndex, type Ids } from '../events/ids.js';
import { removeLaterRows } from '../events/later-rows.js';
import type { FileEvents } from '../events/merged-events.js';
import { joinOrders, type Orders, ordersFrom } from '../events/order-join.js';
import { readEvents } from '../events/read-events.js';
import { ambiguousDateWarnings, timesToSeconds } from '../events/settled-times.js';
import { thousands } from '../quantities.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import { isOfItems, mayHaveThousands, type SampledColumn } from '../understanding/sampled-column.js';
import { undoingWarnings, unusedWarnings } from '../understanding/unused-columns.js';
import type { FileReport, Skipped } from './dataset.js';
import { layoutOf, readByWorker } from './event-files.js';
import { eventsReport } from './events-report.js';
import type { Inputs } from './inputs.js';
import { itemNumbersWarning, thousandsWarning } from './strengths/strength-column.js';

const WITHOUT_USER = 'without a user id (empty, NA or NULL)';

/** The events of one file, before they are aggregated. */
export interface EventsFile extends FileEvents {
  report: FileReport;
}

/** Reads an events file, up to `now`. @param orders the orders that its rows may name instead of users. */
export async function readEventsFile(
  inputs: Inputs,
  roles: EventsRoles,
  ids: Ids,
  orders: Orders | undefined,
): Promise<EventsFile> {
  const known = { users: ids.users.size, items: ids.items.size };
  const file = await allEventsOf(inputs, roles, ids, orders);
  const { events, report } = file;
  const { now } = inputs.evidence ?? {};
  if (now !== undefined) {
    const later = removeLaterRows(events, now, ids, known);
    report.skipped.push({ what: `after ${momentText(now)} (--now)`, kind: later, isWithoutId: false });
    report.events = eventsReport(events);
  }
  // Lines of orders have got the times of their orders.
  const time = orders ? eventsReport(events).time : report.events?.time;
  // Ages count from the latest time, so one such row makes all others old.
  if (time && time.future > 0) {
    report.notes.push(
      `times in the future: ${time.future}, the last of them ${dayText(time.to)}; ages count from there`,
    );
  }
  return file;
}

async function allEventsOf(
  inputs: Inputs,
  roles: EventsRoles,
  ids: Ids,
  orders: Orders | undefined,
): Promise<EventsFile> {
  if (roles.rows !== 'order lines' || !orders) return eventsOf(inputs, roles, ids);
  const file = await eventsOf(inputs, roles, { users: orders.ids, items: ids.items });
  const { unknown, cancelled } = joinOrders(file.events, orders, ids.users);
  const leftOut = orders.areChosen ? ', or that --events-where leaves out' : '';
  file.report.skipped.push(
    { what: `of orders that the orders file does not have${leftOut}`, kind: unknown, isWithoutId: !orders.areChosen },
    { what: CANCELLED, kind: cancelled, isWithoutId: false },
  );
  return file;
}

/** Reads which user placed each order. All of `eventsWhere` is about the orders. */
export async function readOrders(inputs: Inputs, roles: EventsRoles): Promise<{ orders: Orders; report: FileReport }> {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const { events, report } = await eventsOf(inputs, roles, ids);
  const areChosen = (inputs.eventsWhere?.length ?? 0) > 0;
  const orders = ordersFrom(events, ids.users, ids.items, areChosen);
  const { rows, order } = orders.disputed;
  const nameOf = (wanted: string) => report.roles.find(([role]) => role === wanted)?.[1] ?? wanted;
  const warning = `order ${JSON.stringify(order)} is of several users${rows > 1 ? `, and so are others: ${rows} rows` : ''}; the last row stands\n  is ${JSON.stringify(nameOf('order'))} the order? --order-col NAME says which column it is, --user-col NAME whose`;
  const warnings = rows > 0 ? [...report.warnings, warning] : report.warnings;
  return { orders, report: { ...report, kind: 'orders', skipped: report.skipped.map(asOfOrders), warnings } };
}

const CANCELLED = 'of orders that were cancelled, refunded or the like';

/** Puts skipped rows in terms of orders: an order is read as the user of an event, and its user as the item. */
function asOfOrders(skipped: Skipped, at: number): Skipped {
  const what = ['without an order id', WITHOUT_USER][at];
  return what === undefined ? skipped : { ...skipped, what };
}

/** Warnings about a file that could be read, but perhaps does not mean what it seems to mean. */
function doubtsAbout(
  roles: EventsRoles,
  unused: readonly SampledColumn[],
  { rows }: TableReport,
  cancelled: SkippedKind,
  { named, ratings }: Inputs,
): string[] {
  const { file, used, shown } = roles;
  const [item, rating, title, status, time] = [used.item, used.rating, used.title, used.status, used.time].map(
    (at) => file.columns[at ?? -1],
  );
  const counting = statusWeightsAmong(status?.distinct ?? new Set()).flatMap(([key, weight]) =>
    weight > 0 ? key : [],
  );
  const isSettled = named.status !== undefined || named.cancelled !== undefined;
  const ofTime = item && time && named.time === undefined;
  const ofRating = item && rating && ratings === 'auto' && named.rating === undefined;
  return [
    ...(rows === 0 ? ['holds no rows below its header: did the export go wrong?'] : []),
    ...(rating && ratings === 'auto' && mayHaveThousands(rating.filled) ? [thousandsWarning(rating.name)] : []),
    ...(ofRating && isOfItems(rating, item) ? [itemNumbersWarning(rating.name, 'rating')] : []),
    ...(ofTime && isOfItems(time, item) ? [itemNumbersWarning(time.name, 'time')] : []),
    ...(isSettled || cancelled.count <= MOST_CANCELLED * rows ? [] : [cancelledWarning(cancelled, rows, shown)]),
    ...(status && !isSettled && counting.length > 0 ? undoingWarnings(status, false, counting) : []),
    ...unusedWarnings(title ? [...unused, title] : unused, roles, named),
  ];
}

/** Shops that lose more orders than this are rare; loans that come back and applications that are turned down are not. */
const MOST_CANCELLED = 0.5;

function cancelledWarning({ count }: SkippedKind, rows: number, roles: EventsRoles['shown']): string {
  const columns = roles.filter(([role]) => role === 'status' || role === 'cancelled');
  const names = columns.map(([, name]) => JSON.stringify(name)).join(' and ');
  const wayOut = columns.map(([role]) => `--${role}-col none`).join(' ');
  return `${thousands(count)} of ${thousands(rows)} rows do not count, since ${names} says that they were cancelled, returned, rejected or the like\n  ${wayOut} counts them: loans come back, for instance`;
}

const UNDECIDED = 'for which --events-where cannot tell: a cell is missing, or cannot be read';

async function eventsOf(inputs: Inputs, roles: EventsRoles, ids: Ids): Promise<EventsFile> {
  const { file, used, shown, notes, warnings } = roles;
  const { name } = file;
  const layout = layoutOf(inputs, roles);
  const filter = layout.conditions && rowFilter(layout.conditions);
  const { eventWeights } = inputs;
  const whole = await readByWorker(inputs, roles, layout, ids);
  const read = whole ?? (await readEvents(await file.table(), layout, eventWeights, ids, inputs, filter));
  const { report, lineOf } = read;
  const { events } = read.sink;
  timesToSeconds(name, layout.timeName, events);
  const dates = layout.dayOrder === undefined ? ambiguousDateWarnings(layout.timeName, events) : [];
  const { withoutUser, withoutItem, withoutWeight, cancelled, unwanted, undecided } = events.skipped;
  const taken = [...Object.values(used), ...(filter?.columns ?? [])];
  const unused = file.columns.filter(({ name, at }) => name !== '' && !taken.includes(at));
  const skipped = (what: string, { count, firstLine }: SkippedKind, isWithoutId = false): Skipped => {
    const kind = { count, firstLine: count > 0 ? lineOf(firstLine) : 0 };
    return { what, kind, isWithoutId };
  };
  return {
    path: name,
    events,
    report: {
      kind: 'events',
      table: report,
      roles: shown,
      skipped: [
        skipped(WITHOUT_USER, withoutUser, true),
        skipped('without an item id (empty, NA or NULL)', withoutItem, true),
        ...(events.types ? [skipped('of a type of event that weighs 0', withoutWeight)] : []),
        ...(events.statuses ? [skipped(CANCELLED, cancelled)] : []),
        ...(filter ? [skipped('for which --events-where does not hold', unwanted), skipped(UNDECIDED, undecided)] : []),
      ],
      columns: [],
      unused: unused.map((column) => column.name),
      repeatedRows: 0,
      notes: [...notes],
      warnings: [
        ...warnings,
        ...read.warnings,
        ...dates,
        ...(inputs.known ? [] : doubtsAbout(roles, unused, report, cancelled, inputs)),
      ],
      events: eventsReport(events),
    },
  };
}
