import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.js';
import { type BadRows, type Reject, readTable, type Sizes } from '../../src/input/csv.js';
import { eventReader } from '../../src/input/events.js';
import { IdIndex } from '../../src/input/ids.js';
import type { Role, Roles } from '../../src/input/roles.js';
import { recogniseRoles } from '../../src/input/roles.js';
import { oddFiles } from './odd-files.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();
const ROLES: readonly Role[] = ['user', 'item', 'rating', 'time', 'event'];

/** All that comes of reading an events file: its columns and ids, or how it failed, and what was refused before. */
async function outcome(path: string, lane: 'csv-parse' | 'both', keep: boolean, sizes?: Sizes) {
  const users = new IdIndex();
  const items = new IdIndex();
  const rejects: Reject[] = [];
  const badRows: BadRows = keep ? (reject) => void rejects.push(reject) : 'stop';
  let reading: ReturnType<typeof eventReader> | undefined;
  const read = readTable(
    { path, delimiter: undefined },
    badRows,
    (header, delimiter) => {
      const roles: Roles = recogniseRoles('t.csv', header, ROLES, {}, 'user');
      reading = eventReader('t.csv', header, roles, users, items, new Map([['skip', 0]]), delimiter);
      return lane === 'csv-parse' ? reading.readRow : reading;
    },
    () => {},
    sizes,
  );
  const report = await read.catch((error) => {
    if (error instanceof Failure) return `${error.exitCode} ${error.message}`;
    throw error;
  });
  if (typeof report === 'string' || !reading) return { report, rejects };
  const { events } = reading;
  const row = Array.from({ length: events.user.length }, (_, at) => [
    users.ids[events.user.values[at]!],
    items.ids[events.item.values[at]!],
    events.strength?.at(at),
    events.weight?.at(at),
    events.time?.at(at),
    events.line.at(at),
  ]);
  const { skipped, types, timeColumn } = events;
  return {
    report,
    rejects,
    row,
    users: users.ids,
    items: items.ids,
    skipped,
    types: types?.met,
    unit: timeColumn?.unit,
  };
}

describe('both lanes', () => {
  it('read what csv-parse reads, whatever the file and wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        oddFiles,
        fc.boolean(),
        fc.record({ chunk: fc.integer({ min: 1, max: 60 }), stretch: fc.integer({ min: 1, max: 60 }) }),
        async (bytes, keep, sizes) => {
          const path = folder.file('t.csv', bytes);
          const expected = await outcome(path, 'csv-parse', keep);
          expect(await outcome(path, 'both', keep, sizes)).toEqual(expected);
        },
      ),
      { numRuns: Number(process.env.LANE_RUNS ?? 500) },
    );
  });
});
