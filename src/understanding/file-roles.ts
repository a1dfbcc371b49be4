import { isBlank, shown } from '../csv/cells.js';
import type { EventRoles } from '../events/event-columns.js';
import type { OpenFile } from './open-files.js';
import {
  type NamedColumns,
  namedRoles,
  pickRoles,
  type RecognisedRoles,
  type Roles,
  recogniseRoles,
  type SampledFile,
  standInWarning,
} from './roles.js';
import type { SampledColumn } from './sampled-column.js';
import type { Role } from './vocabulary.js';

/* The roles of the columns of one file. */

/** In the order in which roles choose their columns. Items come first, because other roles depend on whether the file has them. */
const EVENT_ROLES: readonly Role[] = ['item', 'user', 'rating', 'time', 'event', 'order', 'status', 'cancelled'];
const PROFILE_ROLES: readonly Role[] = ['user', 'history', 'preferences', 'exclude'];
const ORDER_ROLES: readonly Role[] = ['order', 'user', 'time', 'status', 'cancelled'];

/** The roles of a file's columns, as they are used and shown. */
export interface FileRoles<R extends Roles = Roles> {
  file: OpenFile;
  /** The roles that are read. */
  used: R;
  /** All roles, including unused ones; these columns are no attributes. */
  set: Roles;
  /** Role and header name, as reports show them. */
  shown: [role: string, column: string][];
  notes: string[];
  warnings: string[];
}

export type ItemsRoles = FileRoles<Roles & { item: number }>;
export type ProfileRoles = FileRoles<Roles & { user: number }>;

/** A file of events, or of orders. The user column of order lines names orders. */
export interface EventsRoles extends FileRoles<EventRoles> {
  rows: 'events' | 'order lines' | 'orders';
}

/** The roles of a catalogue; undefined if it has no item column. */
export function itemsRoles(file: OpenFile, named: NamedColumns): ItemsRoles | undefined {
  // Only the item may be a stand-in: dates of products, for example, are attributes.
  const mayStandIn = (role: Role) => role === 'item';
  const recognised = recogniseRoles(file, ['item', 'title', 'user', 'time', 'rating'], named, 'item', mayStandIn);
  const { item = recognised.roles.title } = recognised.roles;
  if (item === undefined) return undefined;
  if (recognised.roles.item === undefined) recognised.warnings.push(standInWarning('item', file.header[item] ?? ''));
  const used = { ...pickRoles(recognised.roles, ['title']), item };
  return fileRoles(file, recognised, used, ['item', 'title']);
}

/**
 * The roles of a file of events or profiles.
 * @param isUsersFile whether it may be profiles. @param hasOrders whether there is an orders file, which has the times of orders.
 */
export function recognisedEvents(
  file: SampledFile,
  named: NamedColumns,
  isUsersFile: boolean,
  hasOrders = false,
): RecognisedRoles {
  const wanted = isUsersFile ? [...EVENT_ROLES, ...PROFILE_ROLES.slice(1)] : EVENT_ROLES;
  const mayStandIn = (role: Role) => !hasOrders || role !== 'time';
  return recogniseRoles(file, wanted, named, isUsersFile ? 'user' : 'item', mayStandIn);
}

/** The roles of an events file; undefined if it has no item column, or no user column (no order column, if `hasOrderIds`). */
export function eventsRoles(
  file: OpenFile,
  recognised: RecognisedRoles,
  hasOrderIds: boolean,
  withTitles: boolean,
): EventsRoles | undefined {
  const { item, order, ...others } = recognised.roles;
  const user = hasOrderIds ? order : others.user;
  if (user === undefined || item === undefined) return undefined;
  const used: EventRoles = { ...pickRoles(others, ['rating', 'time', 'event', 'status', 'cancelled']), user, item };
  if (!hasOrderIds && order !== undefined && laterRowsLackCells(file, recognised.roles)) used.order = order;
  const title = withTitles ? titleColumn(file, used) : undefined;
  if (title !== undefined) used.title = title;
  const roles = fileRoles(file, recognised, used, ['user', ...EVENT_ROLES.filter((role) => role !== 'user'), 'title']);
  const rank = file.columns.find((column) => isRankOfLists(column, file.columns[used.user]));
  if (rank)
    roles.warnings.push(
      `${shown(rank.name)} numbers each user's items from 1, as in a list of recommendations, which does not say what people did\n  if this is such a list, give the events that it was made from`,
    );
  if (hasOrderIds) roles.shown = roles.shown.map(([role, column]) => [role === 'user' ? 'order' : role, column]);
  return { ...roles, rows: hasOrderIds ? 'order lines' : 'events' };
}

/** The roles of a profiles file; undefined if it has no user column. */
export function profileRoles(file: OpenFile, recognised: RecognisedRoles): ProfileRoles | undefined {
  const { user } = recognised.roles;
  if (user === undefined) return undefined;
  return fileRoles(file, recognised, { ...pickRoles(recognised.roles, PROFILE_ROLES), user }, PROFILE_ROLES);
}

/** The roles of an orders file. @param ids of the orders in the lines: the column that contains them is the order column. */
export function ordersRoles(file: OpenFile, named: NamedColumns, ids: ReadonlySet<string>): EventsRoles | undefined {
  const key = named.order === undefined ? file.columns.find((column) => isKey(column.cells, ids)) : undefined;
  const recognised = recogniseRoles(file, ORDER_ROLES, key ? { ...named, order: [key.name] } : named, 'order');
  const { order, user, ...others } = recognised.roles;
  if (order === undefined || user === undefined) return undefined;
  const used: EventRoles = { ...pickRoles(others, ['time', 'status', 'cancelled']), user: order, item: user };
  const roles = fileRoles(file, recognised, used, []);
  return { ...roles, shown: namedRoles(pickRoles(recognised.roles, ORDER_ROLES), file.header), rows: 'orders' };
}

function isKey(cells: readonly string[], ids: ReadonlySet<string>): boolean {
  const known = new Set(cells.filter((cell) => ids.has(cell)));
  return known.size >= 2 && known.size >= cells.length / 10 && new Set(cells).size === cells.length;
}

function fileRoles<R extends Roles>(
  file: OpenFile,
  { roles, notes, warnings }: RecognisedRoles,
  used: R,
  shown: readonly Role[],
): FileRoles<R> {
  return { file, used, set: roles, shown: namedRoles(pickRoles(used, shown), file.header), notes, warnings };
}

/** True if the first row of an order has the user, time or status, and later rows leave that cell empty. */
function laterRowsLackCells({ columns }: SampledFile, { order, user, time, status, cancelled }: Roles): boolean {
  const orders = columns[order ?? -1]?.cells ?? [];
  return [user, time, status, cancelled].some((at) => {
    const cells = columns[at ?? -1]?.cells;
    return (
      cells &&
      orders.some(
        (id, row) =>
          row > 0 && id !== '' && id === orders[row - 1] && isBlank(cells[row] ?? '') && !isBlank(cells[row - 1] ?? ''),
      )
    );
  });
}

/** True if a column numbers each user's rows from 1, as in lists of recommendations. */
function isRankOfLists({ name, cells }: SampledColumn, users: SampledColumn | undefined): boolean {
  if (!/(?:^|[^a-z])rank$/i.test(name) || !users || users.distinct.size < 2) return false;
  const isNext = (cell: string, row: number) =>
    Number(cell) === (row > 0 && users.cells[row] === users.cells[row - 1] ? Number(cells[row - 1]) + 1 : 1);
  return users.distinct.size < cells.length && cells.every(isNext);
}

/** The column of titles: rows with the same item mostly have the same title. */
function titleColumn(file: SampledFile, used: EventRoles): number | undefined {
  const taken = new Set(Object.values(used));
  const free = { ...file, columns: file.columns.filter(({ at }) => !taken.has(at)) };
  const { title } = recogniseRoles(free, ['title'], {}, 'title').roles;
  const items = file.columns[used.item];
  const { repeated = 0, changed = 0 } = (items && file.columns[title ?? -1]?.changesWithin(items)) ?? {};
  return changed > repeated / 2 ? undefined : title;
}
