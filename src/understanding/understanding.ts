import { badData, misuse } from '../failure.js';
import { catalogueMatch } from './catalogue-match.js';
import { refuseColumnRows } from './column-rows.js';
import {
  type EventsRoles,
  eventsRoles,
  type ItemsRoles,
  itemsRoles,
  ordersRoles,
  type ProfileRoles,
  profileRoles,
  recognisedEvents,
} from './file-roles.js';
import type { DescribedFiles } from './inputs.js';
import {
  noCatalogue,
  noItemColumn,
  noUserColumn,
  refuseBaskets,
  refuseHeaderless,
  refuseOrders,
  refuseRepeatedProfiles,
} from './not-understood.js';
import { type OpenFile, type OpenFiles, openSampled } from './open-files.js';
import {
  missingColumn,
  type NamedColumns,
  type RecognisedRoles,
  requireNamedAttributes,
  requireNamedColumns,
} from './roles.js';

export interface Understanding {
  items: ItemsRoles | undefined;
  orders: EventsRoles | undefined;
  interactions: EventsRoles[];
  /** The users files if they hold events; none if there is one with profiles. */
  users: EventsRoles[];
  profiles: ProfileRoles | undefined;
}

/**
 * Decides once for the whole run what every column of the files means, first from names, then from values.
 * @throws Failure 65 if a file cannot be understood, with the way out; 2 if no file has a column that an option names.
 */
export function understand(files: OpenFiles, inputs: DescribedFiles): Understanding {
  const { items, interactions, users, profiles } = understandEach(files, inputs);
  const lines = [...interactions, ...users].filter(({ rows }) => rows === 'order lines');
  const orders = ordersOf(files, inputs.named, lines);
  for (const roles of [...users, profiles, ...interactions]) if (roles) refuseBaskets(roles, inputs.named);
  const all = [...users, profiles, ...interactions, items, orders];
  const named = all.flatMap((roles) => roles?.shown.map(([, column]) => column) ?? []);
  requireNamedColumns(inputs.named, [...named, ...(inputs.extraColumns ?? [])]);
  requireNamedAttributes(
    inputs.attributeColumns,
    [items, profiles].flatMap((roles) => roles?.file.header ?? []),
  );
  return { items, interactions, users, profiles, orders };
}

/** Opens a single events file and decides what its columns mean. @throws like `understand`. */
export async function understandEvents(inputs: DescribedFiles, path: string): Promise<EventsRoles> {
  const file = await openSampled(inputs, path, inputs.columns);
  const files: OpenFiles = { users: [], interactions: [file], items: undefined, orders: undefined };
  try {
    return understandEach(files, { ...inputs, titles: false }, false).interactions[0]!;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Decides about the files that are open, except orders; the others may be pipes that are opened later. @throws like `understand`. */
export function understandEach(
  files: OpenFiles,
  inputs: DescribedFiles,
  hasOrders = inputs.orders !== undefined,
): Omit<Understanding, 'orders'> {
  refuseHeaderless(files, inputs);
  for (const file of [...files.users, ...files.interactions, files.items, files.orders])
    if (file) refuseColumnRows(file);
  const { named, titles = false } = inputs;
  const itemsByName = files.items && itemsRoles(files.items, named);
  if (files.items && !(itemsByName && hasIds(itemsByName, [...files.interactions, ...files.users]))) {
    throw noCatalogue(files.items, files, inputs);
  }
  const match = itemsByName && catalogueMatch(itemsByName, [...files.interactions, ...files.users], named);
  const items = match && itemsByName ? (itemsRoles(itemsByName.file, match.items) ?? itemsByName) : itemsByName;
  if (match && items) items.notes.push(match.note);

  const recognise = (file: OpenFile, isUsersFile: boolean): RecognisedRoles =>
    recognisedEvents(file, match?.events ?? named, isUsersFile, hasOrders);
  const wantsTitles = titles && items?.used.title === undefined;
  const eventsOf = (file: OpenFile, recognised: RecognisedRoles): EventsRoles | undefined =>
    (hasOrders && recognised.roles.order !== undefined && eventsRoles(file, recognised, true, wantsTitles)) ||
    eventsRoles(file, recognised, false, wantsTitles);

  const interactions = files.interactions.map((file) => {
    const recognised = recognise(file, false);
    const roles = eventsOf(file, recognised);
    if (roles) return roles;
    const failure = recognised.roles.user === undefined ? noUserColumn : noItemColumn;
    throw failure(file, recognised.roles, files, inputs);
  });
  return { items, interactions, ...usersFrom(files, inputs, recognise, eventsOf) };
}

/** False if the catalogue has titles instead of ids, and no column of the events has any of these titles. */
function hasIds({ file, used }: ItemsRoles, events: readonly OpenFile[]): boolean {
  if (used.item !== used.title || events.length === 0) return true;
  const titles = file.columns[used.item]?.distinct ?? new Set();
  return events.some(({ columns }) => columns.some((column) => column.sharedWith(titles) > 0));
}

/**
 * The users file has events if it has an item column, otherwise profiles. If there are interactions too, a file with one row per user has
 * profiles, whatever the names of its columns.
 */
function usersFrom(
  files: OpenFiles,
  inputs: DescribedFiles,
  recognise: (file: OpenFile, isUsersFile: boolean) => RecognisedRoles,
  eventsOf: (file: OpenFile, recognised: RecognisedRoles) => EventsRoles | undefined,
): Pick<Understanding, 'users' | 'profiles'> {
  const all = files.users.map((file) => ({ file, recognised: recognise(file, true) }));
  const events = all.flatMap(({ file, recognised }) => {
    const isProfile = inputs.interactions.length > 0 && file.columns[recognised.roles.user ?? -1]?.isUnique;
    return isProfile && inputs.named.item === undefined ? [] : (eventsOf(file, recognised) ?? []);
  });
  const first = all.find(({ file }) => !events.some((roles) => roles.file === file));
  if (!first) return { users: events, profiles: undefined };
  const { file, recognised } = first;
  const isEvents = recognised.roles.item !== undefined && inputs.interactions.length === 0;
  const profiles = isEvents ? undefined : profileRoles(file, recognised);
  if (!profiles) throw noUserColumn(file, recognised.roles, files, inputs);
  if (all.length > 1) {
    throw badData(
      `${file.name}:1: no column that looks like the item, and several users files are read as one only where all hold events\n  name it with --item-col NAME, or give one file of profiles, and the events with --interactions`,
    );
  }
  refuseOrders(profiles, files, inputs);
  refuseRepeatedProfiles(profiles, files, inputs);
  return { users: [], profiles };
}

function ordersOf({ orders }: OpenFiles, named: NamedColumns, lines: readonly EventsRoles[]): EventsRoles | undefined {
  if (!orders) return undefined;
  if (lines.length === 0) {
    throw misuse(`--orders ${orders.path}: no file of events has a column of order ids; name it with --order-col NAME`);
  }
  const ids = new Set(lines.flatMap(({ file, used }) => [...(file.columns[used.user]?.distinct ?? [])]));
  const roles = ordersRoles(orders, named, ids);
  if (roles) return roles;
  const recognised = recognisedEvents(orders, named, true);
  throw missingColumn(orders.name, orders.header, recognised.roles.user === undefined ? 'user' : 'order', named);
}
