import type { RangePart, RefusedRow } from '../events/events-reader.js';
import { type Arrays, arrayOf, boundsFrom, isCount, readArrays, type TypedArray } from '../files/array-file.js';
import { release } from '../matrix/memory.js';
import { areBelow } from '../matrix/sparse.js';

/** What a part is besides its columns and ids. */
type About = Omit<RangePart, 'events' | 'users' | 'items'> &
  Pick<RangePart['events'], 'times' | 'types' | 'statuses' | 'titles' | 'skipped'>;

/** What was found in a range of an events file, as the arrays of a file: its columns, and what is little as JSON. */
export function rangeArrays({ events, users, items, ...rest }: RangePart): Arrays {
  const { user, item, strength, weight, time, lines, ...little } = events;
  const about: About = { ...rest, ...little };
  const arrays: Arrays = {
    about: Buffer.from(JSON.stringify(about)),
    'users.bytes': users.bytes,
    'users.starts': users.starts,
    'items.bytes': items.bytes,
    'items.starts': items.starts,
  };
  const columns = { user, item, strength, weight, time, lines: lines.rows, shifts: lines.shifts };
  for (const [name, column] of Object.entries(columns)) if (column) arrays[name] = column;
  return arrays;
}

/** @throws RangeError where the file is none that holds `rangeArrays`, or its parts do not go together. */
export function readRangePart(path: string): RangePart {
  const arrays = readArrays(path);
  const { times, types, statuses, titles, skipped, ...rest } = aboutFrom(arrays);
  const little = { times, types, statuses, titles, skipped };
  const ids = (name: string) => {
    const bytes = arrayOf(arrays, `${name}.bytes`, Uint8Array);
    return { bytes, starts: boundsFrom(arrays, `${name}.starts`, bytes.length) };
  };
  const [users, items] = [ids('users'), ids('items')];
  const lines = { rows: arrayOf(arrays, 'lines', Uint32Array), shifts: arrayOf(arrays, 'shifts', Float64Array) };
  const user = arrayOf(arrays, 'user', Uint32Array);
  const item = arrayOf(arrays, 'item', Uint32Array);
  const [strength, weight, time] = [numbers(arrays.strength), numbers(arrays.weight), numbers(arrays.time)];
  const isSound =
    [item, strength, weight, time].every((column) => column === undefined || column.length === user.length) &&
    lines.rows.length === lines.shifts.length &&
    areBelow(user, users.starts.length - 1) &&
    areBelow(item, items.starts.length - 1);
  if (!isSound) throw new RangeError(`the range of events in ${path} does not go together`);
  return { ...rest, users, items, events: { user, item, strength, weight, time, lines, ...little } };
}

/** Lets what `readRangePart` read go, once it has been taken over. */
export function releaseRangePart({ events }: RangePart): void {
  // All arrays of a file that was mapped are parts of one.
  release(events.user);
}

/** What a range's file says of it, where that has the shape it should. */
function aboutFrom(arrays: Arrays): About {
  const text = Buffer.from(arrayOf(arrays, 'about', Uint8Array)).toString();
  let about: Partial<About> | null = null;
  try {
    about = JSON.parse(text);
  } catch {
    // Altered: of no shape at all.
  }
  if (!isAbout(about)) throw new RangeError('what is said of a range of a file is not what is said of one');
  return about;
}

function isAbout(about: Partial<About> | null): about is About {
  const { begin, end, lines, rows, refused, types, statuses, titles, skipped, times } = about ?? {};
  const kinds = [skipped?.withoutUser, skipped?.withoutItem, skipped?.withoutWeight, skipped?.cancelled];
  return (
    [begin, end, lines, rows].every(isCount) &&
    Array.isArray(refused) &&
    refused.every(isRefusedRow) &&
    [types, statuses].every(
      (named) => Array.isArray(named) && named.every((type) => typeof type?.name === 'string' && isCount(type.rows)),
    ) &&
    (titles === undefined || (Array.isArray(titles) && titles.every((title) => typeof title === 'string'))) &&
    kinds.every((kind) => isCount(kind?.count) && isCount(kind?.firstLine)) &&
    (times === undefined || (typeof times === 'object' && times !== null))
  );
}

function isRefusedRow(row: Partial<RefusedRow> | null): boolean {
  return isCount(row?.line) && typeof row?.reason === 'string' && Array.isArray(row.cells);
}

function numbers(array: TypedArray | undefined): Exclude<TypedArray, Uint8Array> | undefined {
  return array instanceof Uint8Array ? undefined : array;
}
