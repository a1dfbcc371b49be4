import type { EventsPart } from '../events/event-columns.js';
import type { RangePart, Segment } from '../events/range-reader.js';
import {
  type Arrays,
  arrayOf,
  boundsFrom,
  isCount,
  readArrays,
  type TypedArray,
  writeArrays,
} from '../files/array-file.js';
import { release } from '../matrix/memory.js';
import { areBelow } from '../matrix/sparse.js';

/** What a segment is besides its columns. */
type About = Omit<Segment, 'events'> & Pick<EventsPart, 'times' | 'types' | 'skipped'>;

/** What was found in a range of an events file, as a file: its columns as arrays, and what is little as JSON. */
export function writeRangePart(path: string, { end, segments, users, items }: RangePart): void {
  const about = segments.map(
    ({ events: { times, types, skipped }, ...rest }): About => ({ ...rest, times, types, skipped }),
  );
  const arrays: Arrays = {
    about: Buffer.from(JSON.stringify({ end, segments: about })),
    'users.bytes': users.bytes,
    'users.starts': users.starts,
    'items.bytes': items.bytes,
    'items.starts': items.starts,
  };
  segments.forEach(({ events }, k) => {
    const { user, item, strength, weight, time, lines } = events;
    const columns = { user, item, strength, weight, time, lines: lines.rows, shifts: lines.shifts };
    for (const [name, column] of Object.entries(columns)) if (column) arrays[`${k}.${name}`] = column;
  });
  writeArrays(path, arrays);
}

/** @throws RangeError where the file is none that `writeRangePart` wrote, or its parts do not go together. */
export function readRangePart(path: string): RangePart {
  const arrays = readArrays(path);
  const about = aboutFrom(arrays);
  const ids = (name: string) => {
    const bytes = arrayOf(arrays, `${name}.bytes`, Uint8Array);
    return { bytes, starts: boundsFrom(arrays, `${name}.starts`, bytes.length) };
  };
  const [users, items] = [ids('users'), ids('items')];
  const most = { users: users.starts.length - 1, items: items.starts.length - 1 };
  const segments = about.segments.map(({ times, types, skipped, ...rest }, k): Segment => {
    const events: EventsPart = {
      user: arrayOf(arrays, `${k}.user`, Uint32Array),
      item: arrayOf(arrays, `${k}.item`, Uint32Array),
      strength: numbers(arrays[`${k}.strength`]),
      weight: numbers(arrays[`${k}.weight`]),
      time: numbers(arrays[`${k}.time`]),
      lines: { rows: arrayOf(arrays, `${k}.lines`, Uint32Array), shifts: arrayOf(arrays, `${k}.shifts`, Float64Array) },
      times,
      types,
      skipped,
    };
    const { user, item, strength, weight, time, lines } = events;
    const isSound =
      [item, strength, weight, time].every((column) => column === undefined || column.length === user.length) &&
      lines.rows.length === lines.shifts.length &&
      rest.users <= most.users &&
      rest.items <= most.items &&
      areBelow(user, rest.users) &&
      areBelow(item, rest.items);
    if (!isSound) throw new RangeError(`segment ${k} of ${path} does not go together`);
    return { ...rest, events };
  });
  return { end: about.end, segments, users, items };
}

/** Lets what `readRangePart` read go, once it has been taken over. */
export function releaseRangePart({ segments }: RangePart): void {
  // All arrays of a file that was mapped are parts of one.
  for (const { events } of segments) release(events.user);
}

/** What a range's file says of it, where that has the shape it should. */
function aboutFrom(arrays: Arrays): { end: number; segments: About[] } {
  const text = Buffer.from(arrayOf(arrays, 'about', Uint8Array)).toString();
  let about: { end?: unknown; segments?: unknown } | null = null;
  try {
    about = JSON.parse(text);
  } catch {
    // Altered: of no shape at all.
  }
  const { end, segments } = about ?? {};
  if (!isCount(end) || !Array.isArray(segments) || !segments.every(isAbout)) {
    throw new RangeError('what is said of a range of a file is not what is said of one');
  }
  return { end, segments };
}

function isAbout(segment: Partial<About> | null): segment is About {
  const { begin, end, lines, rows, users, items, types, skipped, times } = segment ?? {};
  const kinds = [skipped?.withoutUser, skipped?.withoutItem, skipped?.withoutWeight];
  return (
    [begin, end, lines, rows, users, items].every(isCount) &&
    Array.isArray(types) &&
    types.every((type) => typeof type?.name === 'string' && isCount(type.rows)) &&
    kinds.every((kind) => isCount(kind?.count) && isCount(kind?.firstLine)) &&
    (times === undefined || (typeof times === 'object' && times !== null))
  );
}

function numbers(array: TypedArray | undefined): Exclude<TypedArray, Uint8Array> | undefined {
  return array instanceof Uint8Array ? undefined : array;
}
