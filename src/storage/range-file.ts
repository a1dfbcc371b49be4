import type { EventsPart } from '../input/event-columns.js';
import type { RangePart, Segment } from '../input/range-reader.js';
import { type Arrays, arrayOf, boundsFrom, readArrays, type TypedArray, writeArrays } from './array-file.js';

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

/** @throws RangeError where the file is none that `writeRangePart` wrote. */
export function readRangePart(path: string): RangePart {
  const arrays = readArrays(path);
  const about: { end: number; segments: About[] } = JSON.parse(
    Buffer.from(arrayOf(arrays, 'about', Uint8Array)).toString(),
  );
  const ids = (name: string) => ({
    bytes: arrayOf(arrays, `${name}.bytes`, Uint8Array),
    starts: boundsFrom(arrays, `${name}.starts`, arrayOf(arrays, `${name}.bytes`, Uint8Array).length),
  });
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
    return { ...rest, events };
  });
  return { end: about.end, segments, users: ids('users'), items: ids('items') };
}

function numbers(array: TypedArray | undefined): Exclude<TypedArray, Uint8Array> | undefined {
  return array instanceof Uint8Array ? undefined : array;
}
