import type { RangePart } from '../events/events-reader.js';
import { type Arrays, arrayOf, boundsFrom, readArrays } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
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

/** What a range's file says of it: its check sum was right, so it is what a child wrote. */
function aboutFrom(arrays: Arrays): About {
  try {
    return JSON.parse(Buffer.from(arrayOf(arrays, 'about', Uint8Array)).toString());
  } catch (cause) {
    throw new RangeError('what is said of a range of a file is not what is said of one', { cause });
  }
}

function numbers(array: TypedArray | undefined): Exclude<TypedArray, Uint8Array> | undefined {
  return array instanceof Uint8Array ? undefined : array;
}
