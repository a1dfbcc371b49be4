import { quotedArrays, quotedFrom } from '../csv/quoted-cells.js';
import type { RangePart } from '../events/events-reader.js';
import { type Arrays, arrayOf, readArrays } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
import { release } from '../matrix/memory.js';
import { areBelow } from '../matrix/sparse.js';

/** The small parts of a range part: everything but its columns and ids. */
type SmallParts = Omit<RangePart, 'events' | 'users' | 'items'> &
  Pick<RangePart['events'], 'times' | 'types' | 'statuses' | 'titles' | 'skipped'>;

/** The arrays that a range part of an events file is stored as: its columns and ids, and the small parts as JSON. */
export function rangeArrays({ events, users, items, ...rest }: RangePart): Arrays {
  const { user, item, strength, weight, time, lines, ...small } = events;
  const about: SmallParts = { ...rest, ...small };
  const arrays: Arrays = {
    about: Buffer.from(JSON.stringify(about)),
    ...quotedArrays('users', users),
    ...quotedArrays('items', items),
  };
  const columns = { user, item, strength, weight, time, lines: lines.rows, shifts: lines.shifts };
  for (const [name, column] of Object.entries(columns)) if (column) arrays[name] = column;
  return arrays;
}

/** @throws RangeError if the file does not hold `rangeArrays`, or its parts do not fit together. */
export function readRangePart(path: string): RangePart {
  const arrays = readArrays(path);
  const { times, types, statuses, titles, skipped, ...rest } = smallPartsFrom(arrays);
  const small = { times, types, statuses, titles, skipped };
  const [users, items] = [quotedFrom(arrays, 'users'), quotedFrom(arrays, 'items')];
  const lines = { rows: arrayOf(arrays, 'lines', Uint32Array), shifts: arrayOf(arrays, 'shifts', Float64Array) };
  const user = arrayOf(arrays, 'user', Uint32Array);
  const item = arrayOf(arrays, 'item', Uint32Array);
  const [strength, weight, time] = [numbers(arrays.strength), numbers(arrays.weight), numbers(arrays.time)];
  const isSound =
    [item, strength, weight, time].every((column) => column === undefined || column.length === user.length) &&
    lines.rows.length === lines.shifts.length &&
    areBelow(user, users.start.length - 1) &&
    areBelow(item, items.start.length - 1);
  if (!isSound) throw new RangeError(`the parts of the range of events in ${path} do not fit together`);
  return { ...rest, users, items, events: { user, item, strength, weight, time, lines, ...small } };
}

/** Frees the arrays of a part from `readRangePart`, once they have been copied. */
export function releaseRangePart({ events }: RangePart): void {
  // All arrays of a mapped file share one buffer.
  release(events.user);
}

/** Not checked in detail: the check sum was right, so a child of ours wrote it. */
function smallPartsFrom(arrays: Arrays): SmallParts {
  try {
    return JSON.parse(Buffer.from(arrayOf(arrays, 'about', Uint8Array)).toString());
  } catch (cause) {
    throw new RangeError('the small parts of a range of events are not JSON', { cause });
  }
}

function numbers(array: TypedArray | undefined): Exclude<TypedArray, Uint8Array> | undefined {
  return array instanceof Uint8Array ? undefined : array;
}
