import { appendFileSync, truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDataset } from '../../src/dataset/read.js';
import { readRange } from '../../src/events/range-part.js';
import { type RangeWorkers, SIZES } from '../../src/events/read-events.js';
import { Failure } from '../../src/failure.js';
import { inputsOf, useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();
const ROWS = 2_000;
const HEADER = 'user,item\n';
const row = (at: number) => `user-${String(at).padStart(6, '0')},item-${at % 50}\n`;
const WHOLE = HEADER + Array.from({ length: ROWS }, (_, at) => row(at)).join('');
const SMALL = { chunk: 512, range: 4096, ranged: 0, head: 0 };

/** Reads a file that changes after its first chunk or range was read. @returns the number of users, or the message of a failure. */
async function usersOf(change: (path: string) => void, inRanges: boolean): Promise<number | string> {
  const path = folder.file('e.csv', WHOLE);
  let changed = false;
  const once = () => {
    if (!changed) change(path);
    changed = true;
  };
  const rangeWorkers: RangeWorkers = {
    read: async (task, ranges, onPart) => {
      for (const { from, to } of ranges) {
        await onPart(await readRange(task, from, to));
        once();
      }
    },
  };
  const reading = inRanges
    ? { rangeWorkers, sizes: SMALL }
    : { sizes: { ...SIZES, chunk: SMALL.chunk }, onBytes: once };
  try {
    const { dataset } = await readDataset(inputsOf(path, reading));
    return dataset.userIds.length;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}

test.each([false, true])(
  'a file that grows while it is read gives its first rows, and perhaps some of the new ones (in ranges: %s)',
  async (inRanges) => {
    const grow = (path: string) =>
      appendFileSync(path, Array.from({ length: 500 }, (_, at) => row(ROWS + at)).join(''));
    const users = await usersOf(grow, inRanges);
    expect(users).toBeGreaterThanOrEqual(ROWS);
    expect(users).toBeLessThanOrEqual(ROWS + 500);
  },
);

test.each([false, true])(
  'a file that is truncated between two rows gives at least the rows that are left (in ranges: %s)',
  async (inRanges) => {
    const users = await usersOf((path) => truncateSync(path, WHOLE.indexOf('user-001000')), inRanges);
    expect(users).toBeLessThanOrEqual(ROWS);
    expect(users).toBeGreaterThanOrEqual(1000);
  },
);

test.each([false, true])(
  'a file that is truncated inside a row is refused at that row, unless it was read completely before (in ranges: %s)',
  async (inRanges) => {
    const outcome = await usersOf((path) => truncateSync(path, WHOLE.indexOf('user-001000') + 6), inRanges);
    if (typeof outcome === 'number') expect(outcome).toBe(ROWS);
    else expect(outcome).toContain('e.csv:1002: this row has 1 cells, the header has 2');
  },
);
