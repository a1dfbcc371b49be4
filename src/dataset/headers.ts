import { stat } from 'node:fs/promises';
import { headOf } from '../csv/head.js';
import { refuseOtherFormats } from '../csv/other-formats.js';
import { plainBytes, wholeFirstLine } from '../csv/source.js';
import { displayName, emptyTable, readingFailure } from '../csv/table.js';
import { interactionsRoles, itemsRoles, usersFileRoles } from './file-roles.js';
import { type Inputs, source } from './inputs.js';
import { namedRoles, requireNamedAttributes, requireNamedColumns } from './roles.js';

/** Bytes that a look takes: the first line of nearly every file. */
const A_LOOK = 1 << 16;

/**
 * Looks at the headers of all files before any is read, so that a name that was misspelled costs a second, though the file that lacks
 * it comes last. Pipes can be read but once, and a header that goes on behind its line is known only by reading: they are left to that.
 *
 * @throws what reading would throw for a file that is not there, or without a column that it has to have.
 */
export async function refuseHeaders(inputs: Inputs): Promise<void> {
  const { named, attributeColumns, items, interactions, users } = inputs;
  const seen: { roles: [string, string][]; columns: { name: string }[] }[] = [];
  const look = async (path: string | undefined, rolesOf: (header: string[], name: string) => RolesSeen) => {
    if (path === undefined) return true;
    const header = await headerOf(inputs, path);
    if (!header) return false;
    const { used, hasAttributes } = rolesOf(header, displayName(path));
    seen.push({ roles: namedRoles(used, header), columns: hasAttributes ? header.map((name) => ({ name })) : [] });
    return true;
  };
  const areSeen = [
    await look(items, (header, name) => ({ ...itemsRoles(name, header, named), hasAttributes: true })),
    await look(interactions, (header, name) => ({ ...interactionsRoles(name, header, named), hasAttributes: false })),
    await look(users, (header, name) => {
      const { used, kind } = usersFileRoles(name, header, named);
      return { used, hasAttributes: kind === 'profiles' };
    }),
  ];
  // What is in none of the files is known only where all are.
  if (areSeen.includes(false)) return;
  requireNamedColumns(named, seen);
  requireNamedAttributes(attributeColumns, seen);
}

/** The same for a file of events that is read when the others are. */
export async function refuseEventsHeader(inputs: Inputs, path: string): Promise<void> {
  const header = await headerOf(inputs, path);
  if (header) interactionsRoles(displayName(path), header, inputs.named);
}

interface RolesSeen {
  used: Parameters<typeof namedRoles>[0];
  hasAttributes: boolean;
}

/** The cells of a file's header; undefined where they cannot be looked at. */
async function headerOf(inputs: Inputs, path: string): Promise<string[] | undefined> {
  const name = displayName(path);
  try {
    if (path === '-' || isPipe(await stat(path))) return undefined;
    const chunks = wholeFirstLine(plainBytes(path, A_LOOK, () => {}));
    const first = await chunks.next();
    await chunks.return(undefined);
    if (first.done) throw emptyTable(name);
    refuseOtherFormats(name, first.value);
    return headOf(path, first.value, source(inputs, path).delimiter).header?.cells;
  } catch (error) {
    throw readingFailure(name, error);
  }
}

/** True for a pipe or a device. */
function isPipe(stats: Awaited<ReturnType<typeof stat>>): boolean {
  return !stats.isFile() && !stats.isDirectory();
}
