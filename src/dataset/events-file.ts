import { rowFilter, slimCondition } from '../conditions/row-filter.js';
import { sizeAtHand } from '../csv/source.js';
import { momentText } from '../events/clock.js';
import { type EventLayout, eventLayout, type RowCondition, type SkippedKind } from '../events/event-columns.js';
import { IdIndex, type Ids } from '../events/ids.js';
import { withoutLater } from '../events/later-rows.js';
import type { FileEvents } from '../events/merged-events.js';
import { joinOrders, type Orders, ordersFrom } from '../events/order-join.js';
import { statusWeightsAmong } from '../events/order-status.js';
import { type CutFile, cutRanges, type ReadEvents, readEvents, SIZES } from '../events/read-events.js';
import { noteFuture, settleTimes } from '../events/settled-times.js';
import { takeWholeFile } from '../events/whole-file.js';
import { Failure } from '../failure.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import type { OpenFile } from '../understanding/open-files.js';
import { mayHaveThousands } from '../understanding/sampled-column.js';
import type { Understanding } from '../understanding/understanding.js';
import type { FileReport, Skipped } from './dataset.js';
import { eventsReport } from './events-report.js';
import type { Inputs } from './inputs.js';
import { thousandsWarning } from './strengths/strength-column.js';

const WITHOUT_USER = 'without a user id (empty, NA or NULL)';

/** The events of one file, before they are aggregated. */
export interface EventsFile extends FileEvents {
  report: FileReport;
}

/** Reads a file of events, up to `now`. @param orders where its rows name orders, not users. */
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
    const later = withoutLater(events, now, ids, known);
    report.skipped.push({ what: `after ${momentText(now)} (--now)`, kind: later, isWithoutId: false });
    report.events = eventsReport(events);
  }
  report.notes.push(...noteFuture(events, Date.now() / 1000));
  return file;
}

async function allEventsOf(
  inputs: Inputs,
  roles: EventsRoles,
  ids: Ids,
  orders: Orders | undefined,
): Promise<EventsFile> {
  if (!roles.namesOrders || !orders) return eventsOf(inputs, roles, ids);
  const file = await eventsOf(inputs, roles, { users: orders.ids, items: ids.items });
  const { unknown, cancelled } = joinOrders(file.events, orders, ids.users);
  const leftOut = orders.areChosen ? ', or that --events-where leaves out' : '';
  file.report.skipped.push(
    { what: `of orders that the orders file does not have${leftOut}`, kind: unknown, isWithoutId: !orders.areChosen },
    { what: CANCELLED, kind: cancelled, isWithoutId: false },
  );
  return file;
}

/** The files of events that were understood. */
export interface EventFiles {
  orders: EventsRoles | undefined;
  interactions: readonly EventsRoles[];
  users: readonly EventsRoles[];
}

export function eventFilesOf({ orders, interactions, users }: Understanding): EventFiles {
  return { orders, interactions, users: users.kind === 'events' ? users.files : [] };
}

/** How orders are read, and how all others: conditions that name a column which only the orders have are about these. */
export function inputsOfEach(
  given: Inputs,
  { orders, interactions, users }: EventFiles,
): Record<'orders' | 'others', Inputs> {
  const lines = [...interactions, ...users].filter(({ namesOrders }) => namesOrders);
  const all = given.eventsWhere ?? [];
  const ofOrders = orders ? conditionsOfOrders(given, orders, lines) : [];
  return {
    orders: { ...given, eventsWhere: ofOrders },
    others: { ...given, eventsWhere: all.filter((text) => !ofOrders.includes(text)) },
  };
}

/** How each of these files is read by others, in the order in which `readDataset` reads them. */
export async function cutEventFiles(given: Inputs, files: EventFiles): Promise<CutFile[]> {
  const inputs = inputsOfEach(given, files);
  const cuts = files.orders ? [await cutEvents(inputs.orders, files.orders, OF_ORDERS)] : [];
  for (const roles of [...files.interactions, ...files.users]) cuts.push(await cutEvents(inputs.others, roles));
  return cuts;
}

/** @param lines the files whose rows name orders. */
function conditionsOfOrders(inputs: Inputs, orders: EventsRoles, lines: readonly EventsRoles[]): string[] {
  const fits = (text: string, { file }: EventsRoles) => {
    try {
      conditionsOf({ ...inputs, eventsWhere: [text] }, file);
      return true;
    } catch (error) {
      // What fits neither is refused where the lines are read.
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  return (inputs.eventsWhere ?? []).filter((text) => !lines.some((each) => fits(text, each)) && fits(text, orders));
}

/** Reads who placed the orders; of `eventsWhere` all is about them. */
export async function readOrders(inputs: Inputs, roles: EventsRoles): Promise<{ orders: Orders; report: FileReport }> {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const { events, report } = await eventsOf(inputs, roles, ids, OF_ORDERS);
  const areChosen = (inputs.eventsWhere?.length ?? 0) > 0;
  const orders = ordersFrom(events, ids.users, ids.items, areChosen);
  return { orders, report: { ...report, kind: 'orders', skipped: report.skipped.map(asOfOrders) } };
}

/** Who reads orders has to know those that were cancelled. */
const OF_ORDERS: More = { keepsCancelled: true };

const CANCELLED = 'of orders that were cancelled, refunded or the like';

/** An order is read as the user of an event, and its user as the item. */
function asOfOrders(skipped: Skipped, at: number): Skipped {
  const what = ['without an order id', WITHOUT_USER][at];
  return what === undefined ? skipped : { ...skipped, what };
}

const UNDECIDED = 'for which --events-where cannot tell: a cell is missing, or cannot be read';

type More = Pick<EventLayout, 'keepsCancelled'>;

/** What rows of a file have to fulfil. @throws Failure 2 where its columns cannot tell. */
function conditionsOf({ eventsWhere = [], now = Date.now() / 1000, dayOrder }: Inputs, file: OpenFile): RowCondition[] {
  const sample = file.columns.map(({ name, cells }) => ({ name, cells }));
  return eventsWhere.map((text) =>
    slimCondition({ text, option: `${file.name}: --events-where`, now, dayOrder, sample }),
  );
}

async function eventsOf(inputs: Inputs, roles: EventsRoles, ids: Ids, more: More = {}): Promise<EventsFile> {
  const { file, used, shown, notes, warnings } = roles;
  const { name, header } = file;
  const layout = layoutOf(inputs, roles, more);
  const filter = layout.conditions && rowFilter(layout.conditions);
  const { eventWeights } = inputs;
  const whole = await readElsewhere(inputs, roles, layout, ids);
  const read = whole ?? (await readEvents(await file.table(), layout, eventWeights, ids, inputs, filter));
  const { events, report, lineOf } = read;
  settleTimes(name, layout.timeName, events);
  const { withoutUser, withoutItem, withoutWeight, cancelled, unwanted, undecided } = events.skipped;
  const rating = file.columns[used.rating ?? -1];
  const mayBe = rating && mayHaveThousands(rating.filled) && inputs.ratings === 'auto' && !inputs.known;
  const thousands = mayBe ? [thousandsWarning(rating.name)] : [];
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
      unused: header.filter(
        (column, at) => column !== '' && ![...Object.values(used), ...(filter?.columns ?? [])].includes(at),
      ),
      repeatedRows: 0,
      notes: [...notes],
      warnings: [...warnings, ...read.warnings, ...thousands],
      events: eventsReport(events),
    },
  };
}

function layoutOf(inputs: Inputs, { file, used }: EventsRoles, more: More): EventLayout {
  const statuses = file.columns[used.status ?? -1]?.distinct ?? new Set();
  const conditions = conditionsOf(inputs, file);
  return {
    ...eventLayout(file.delimiter, file.header, used, inputs.dayOrder),
    statusWeights: statusWeightsAmong(statuses),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...more,
  };
}

/** How others read a file of events. */
async function cutEvents(inputs: Inputs, roles: EventsRoles, more: More = {}): Promise<CutFile> {
  const layout = layoutOf(inputs, roles, more);
  return (await cutRanges(roles.file, layout, inputs.eventWeights, inputs.sizes)) ?? wholeFile(inputs, roles, layout);
}

function wholeFile({ eventWeights, sizes = SIZES }: Inputs, { file }: EventsRoles, layout: EventLayout): CutFile {
  const { source, path, begin } = file;
  const task = { path, source, begin, layout, eventWeights: [...eventWeights], chunkBytes: sizes.chunk };
  return { task, ranges: [{ from: 0, to: Math.max(1, sizeAtHand(path)) }] };
}

/** The events of a file that others have read whole; undefined: they have not. */
async function readElsewhere(
  inputs: Inputs,
  roles: EventsRoles,
  layout: EventLayout,
  ids: Ids,
): Promise<ReadEvents | undefined> {
  const { rangeWorkers, eventWeights, sizes, badRows, onBytes } = inputs;
  if (!rangeWorkers?.readWhole || (await cutRanges(roles.file, layout, eventWeights, sizes))) return undefined;
  const { task, ranges } = wholeFile(inputs, roles, layout);
  let read: ReadEvents | undefined;
  await rangeWorkers.read(task, ranges, async (part) => {
    if (!part) return;
    read = takeWholeFile(part, task.path, layout, eventWeights, ids, badRows);
    onBytes?.(sizeAtHand(task.path));
  });
  return read;
}
