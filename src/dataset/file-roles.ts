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

/** @throws Failure 65 where events beside a users file have no column of users, or of items. */
export function interactionsRoles(name: string, header: readonly string[], named: NamedColumns): FileRoles {
  const roles = recogniseRoles(name, header, EVENT_ROLES, named, 'item');
  required(roles, 'user', name, header, named);
  required(roles, 'item', name, header, named);
  return { roles, used: pickRoles(roles, EVENT_ROLES) };
}

/**
 * A users file holds events where it has a column of items, else profiles.
 * @throws Failure 65 where it has no column of users.
 */
export function usersFileRoles(
  name: string,
  header: readonly string[],
  named: NamedColumns,
): FileRoles & { userAt: number; kind: 'events' | 'profiles' } {
  const roles = recogniseRoles(name, header, [...EVENT_ROLES, ...PROFILE_ROLES.slice(1)], named, 'user');
  const userAt = required(roles, 'user', name, header, named);
  return roles.item === undefined
    ? { roles, userAt, kind: 'profiles', used: pickRoles(roles, PROFILE_ROLES) }
    : { roles, userAt, kind: 'events', used: pickRoles(roles, EVENT_ROLES) };
}

function required(roles: Roles, role: Role, name: string, header: readonly string[], named: NamedColumns): number {
  const column = roles[role];
  if (column === undefined) throw missingColumn(name, header, role, named);
  return column;
}
