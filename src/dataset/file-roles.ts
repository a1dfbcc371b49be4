import type { EventRoles } from '../events/event-columns.js';
import { missingColumn, type NamedColumns, pickRoles, type Role, type Roles, recogniseRoles } from './roles.js';

/*
 * What the columns of each file are to it. Its header alone decides.
 */

const EVENT_ROLES: readonly Role[] = ['user', 'item', 'rating', 'time', 'event'];
const PROFILE_ROLES: readonly Role[] = ['user', 'history', 'preferences', 'exclude'];

/** The roles of a file's columns. */
export interface FileRoles {
  /** All that were recognised. */
  roles: Roles;
  /** Those the file is read by. */
  used: Roles;
}

/** @throws Failure 65 where a catalogue has no column of items. */
export function itemsRoles(
  name: string,
  header: readonly string[],
  named: NamedColumns,
): FileRoles & { itemAt: number } {
  const roles = recogniseRoles(name, header, ['user', 'item', 'title', 'time', 'rating'], named, 'item');
  const itemAt = required(roles, 'item', name, header, named);
  return { roles, itemAt, used: pickRoles(roles, ['item', 'title']) };
}

/** The roles of a file of events. */
export interface EventFileRoles extends FileRoles {
  roles: EventRoles;
}

/** @throws Failure 65 where events beside a users file have no column of users, or of items. */
export function interactionsRoles(name: string, header: readonly string[], named: NamedColumns): EventFileRoles {
  const roles = recogniseRoles(name, header, EVENT_ROLES, named, 'item');
  const user = required(roles, 'user', name, header, named);
  const item = required(roles, 'item', name, header, named);
  return { roles: { ...roles, user, item }, used: pickRoles(roles, EVENT_ROLES) };
}

/**
 * A users file holds events where it has a column of items, else profiles.
 * @throws Failure 65 where it has no column of users.
 */
export function usersFileRoles(
  name: string,
  header: readonly string[],
  named: NamedColumns,
): (EventFileRoles & { kind: 'events' }) | (FileRoles & { kind: 'profiles'; userAt: number }) {
  const roles = recogniseRoles(name, header, [...EVENT_ROLES, ...PROFILE_ROLES.slice(1)], named, 'user');
  const user = required(roles, 'user', name, header, named);
  const { item } = roles;
  return item === undefined
    ? { roles, userAt: user, kind: 'profiles', used: pickRoles(roles, PROFILE_ROLES) }
    : { roles: { ...roles, user, item }, kind: 'events', used: pickRoles(roles, EVENT_ROLES) };
}

function required(roles: Roles, role: Role, name: string, header: readonly string[], named: NamedColumns): number {
  const column = roles[role];
  if (column === undefined) throw missingColumn(name, header, role, named);
  return column;
}
