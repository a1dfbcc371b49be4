import { stat } from 'node:fs/promises';
import { displayName, readingFailure } from '../csv/failures.js';
import { openTable } from '../csv/table.js';
import { interactionsRoles, itemsRoles, usersFileRoles } from './file-roles.js';
import type { Inputs } from './inputs.js';
import { namedRoles, type Roles, requireNamedAttributes, requireNamedColumns } from './roles.js';

/** Bytes that a look takes: the first line of nearly every file. */
const A_LOOK = 1 << 16;

/**
 * Looks at the headers of all files before any is read, so that a name that was misspelled costs a second, though the file that lacks
 * it comes last. Pipes can be read but once: they are left to the reading.
 *
 * @throws what reading would throw for a file that is not there, or without a column that it has to have.
 */
export async function checkHeaders(inputs: Inputs): Promise<void> {
  const { named, attributeColumns, items, interactions, users } = inputs;
  const files: { roles: [string, string][]; columns: { name: string }[] }[] = [];
  const take = (header: readonly string[], used: Roles, hasAttributes: boolean) =>
    files.push({
      roles: namedRoles(used, header),
      columns: hasAttributes ? header.map((name) => ({ name })) : [],
    });
  const itemsHeader = await headerOf(inputs, items);
  if (itemsHeader && items !== undefined) {
    take(itemsHeader, itemsRoles(displayName(items), itemsHeader, named).used, true);
  }
  const eventsHeader = await headerOf(inputs, interactions);
  if (eventsHeader && interactions !== undefined) {
    take(eventsHeader, interactionsRoles(displayName(interactions), eventsHeader, named).used, false);
  }
  const usersHeader = await headerOf(inputs, users);
  if (usersHeader) {
    const { used, kind } = usersFileRoles(displayName(users), usersHeader, named);
    take(usersHeader, used, kind === 'profiles');
  }
  // What is in none of the files is known only where all have been looked at.
  if (files.length < [items, interactions, users].filter((path) => path !== undefined).length) return;
  requireNamedColumns(named, files);
  requireNamedAttributes(attributeColumns, files);
}

/** The same for a file of events that is read when the others have been. */
export async function checkEventsHeader(inputs: Inputs, path: string): Promise<void> {
  const header = await headerOf(inputs, path);
  if (header) interactionsRoles(displayName(path), header, inputs.named);
}

/** The cells of a file's header; undefined where there is no file, or it cannot be looked at. */
async function headerOf(
  { delimiter, encoding }: Inputs,
  path: string | undefined,
): Promise<readonly string[] | undefined> {
  if (path === undefined || path === '-') return undefined;
  const stats = await stat(path).catch((error) => {
    throw readingFailure(displayName(path), error);
  });
  const isPipeOrDevice = !stats.isFile() && !stats.isDirectory();
  if (isPipeOrDevice) return undefined;
  const table = await openTable({ path, delimiter, encoding }, 'stop', () => {}, A_LOOK);
  await table.close();
  return table.header;
}
