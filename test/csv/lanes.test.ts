import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BadRows, type Reading, type Reject, readTable, SIZES } from '../../src/csv/table.js';
import { IdIndex } from '../../src/dataset/ids.js';
import type { Inputs } from '../../src/dataset/inputs.js';
import type { Role, Roles } from '../../src/dataset/roles.js';
import { recogniseRoles } from '../../src/dataset/roles.js';
import { compiledScanner, type EventScannerOf } from '../../src/events/compiled-events.js';
import { eventReader } from '../../src/events/events.js';
import { readRange } from '../../src/events/range-reader.js';
import type { RangeWorkers } from '../../src/events/ranges.js';
import { Failure } from '../../src/failure.js';
import { oddFiles } from '../events/odd-files.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();
const ROLES: readonly Role[] = ['user', 'item', 'rating', 'time', 'event'];

/** All that comes of reading an events file: its columns and ids, or how it failed, and what was refused before. */
async function outcome(
  path: string,
  lane: 'csv-parse' | 'both',
  keep: boolean,
  reading: Reading & Pick<Inputs, 'scanning'> = {},
) {
  const users = new IdIndex();
  const items = new IdIndex();
  const rejects: Reject[] = [];
  const badRows: BadRows = keep ? (reject) => void rejects.push(reject) : 'stop';
  let readers: ReturnType<typeof eventReader> | undefined;
  const read = readTable(
    { path, delimiter: undefined },
    badRows,
    (header, delimiter) => {
      const roles: Roles = recogniseRoles('t.csv', header, ROLES, {}, 'user');
      readers = eventReader(
        't.csv',
        header,
        roles,
        users,
        items,
        new Map([['skip', 0]]),
        delimiter,
        undefined,
        reading.scanning,
      );
      return lane === 'csv-parse' ? readers.readRow : readers;
    },
    reading,
  );
  const report = await read.catch((error) => {
    if (error instanceof Failure) return `${error.exitCode} ${error.message}`;
    throw error;
  });
  if (typeof report === 'string' || !readers) return { report, rejects };
  const { events } = readers;
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
    times: timeColumn?.seen,
  };
}

/** Reads ranges as a child does, in this process. */
function rangeWorkersWith(scannerOf?: EventScannerOf): RangeWorkers {
  return {
    read: async (task, ranges, onPart) => {
      const { range, chunk } = task.sizes;
      const scanner = scannerOf?.(task.layout, { range, chunk });
      for (const { from, to } of ranges) await onPart(readRange(task, from, to, scanner));
    },
  };
}

const small = fc.integer({ min: 1, max: 60 });
const ranges = fc.integer({ min: 1, max: 400 });
const runs = { numRuns: Number(process.env.LANE_RUNS ?? 500) };

describe('both lanes', () => {
  it.each([
    ['plain', undefined],
    ['compiled', compiledScanner()],
  ])('read what csv-parse reads, whatever the file and wherever it is cut, in %s code', async (name, scannerOf) => {
    expect(scannerOf !== undefined).toBe(name === 'compiled');
    await fc.assert(
      fc.asyncProperty(oddFiles, fc.boolean(), ranges, small, small, async (bytes, keep, chunk, stretch, least) => {
        const path = folder.file('t.csv', bytes);
        const expected = await outcome(path, 'csv-parse', keep);
        const scanning = scannerOf && { scannerOf, least };
        const sizes = { ...SIZES, chunk, stretch };
        expect(await outcome(path, 'both', keep, { sizes, scanning })).toEqual(expected);
      }),
      runs,
    );
  });

  it.each([
    ['plain', undefined],
    ['compiled', compiledScanner()],
  ])('read the same in ranges, which know nothing of one another, in %s code', async (name, scannerOf) => {
    expect(scannerOf !== undefined).toBe(name === 'compiled');
    const rangeWorkers = rangeWorkersWith(scannerOf);
    await fc.assert(
      fc.asyncProperty(oddFiles, fc.boolean(), small, small, ranges, async (bytes, keep, chunk, stretch, range) => {
        const path = folder.file('t.csv', bytes);
        const expected = await outcome(path, 'csv-parse', keep);
        const sizes = { chunk, stretch, range, ranged: 0 };
        expect(await outcome(path, 'both', keep, { sizes, rangeWorkers })).toEqual(expected);
      }),
      runs,
    );
  });
});
