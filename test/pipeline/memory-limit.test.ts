import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ARRANGED_INTERACTION,
  childrenWithin,
  needToLearn,
  needToRead,
  SORTED_ROW,
  withinMemory,
} from '../../src/pipeline/memory-limit.js';
import type { Run } from '../../src/pipeline/run.js';

const MB = 1_000_000;
const sizes = fc.record({
  users: fc.nat(1_000_000),
  items: fc.nat(1_000_000),
  interactions: fc.nat(100_000_000),
  neighbors: fc.integer({ min: 1, max: 1000 }),
  hasPairs: fc.boolean(),
  isTuned: fc.boolean(),
  isParquet: fc.boolean(),
  hasRules: fc.boolean(),
});

test('the planned memory of a run grows with its data and options', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 64 }), (few, children) => {
      const need = needToLearn(few);
      expect(need(children + 1)).toBeGreaterThan(need(children));
      for (const key of ['users', 'items', 'interactions', 'neighbors'] as const) {
        expect(needToLearn({ ...few, [key]: 2 * few[key] })(children)).toBeGreaterThanOrEqual(need(children));
      }
      expect(
        needToLearn({ ...few, hasPairs: true, isTuned: true, isParquet: true, hasRules: true })(children),
      ).toBeGreaterThanOrEqual(need(children));
    }),
  );
});

test('a compressed file is assumed to hold more than an uncompressed one of the same size', () => {
  const read = (isPacked: boolean) => needToRead([{ bytes: 500 * MB, isPacked }])(2);
  expect(read(true)).toBeGreaterThan(2 * read(false));
});

/** Measured memory of whole runs in MB: the plan has to exceed it, but not three times over. */
test.each([
  [1_000_000, 6_000, 3_700, 200, true, 2, 320],
  [1_000_000, 6_000, 3_700, 50, false, 1, 110],
  [10_000_000, 70_000, 10_700, 200, true, 2, 560],
  [10_000_000, 70_000, 10_700, 200, true, 1, 510],
  [10_000_000, 70_000, 10_700, 20, false, 2, 604],
])(
  'the plan for %d ratings of %d users and %d items is 1 to 3 times the measured memory',
  (interactions, users, items, neighbors, hasPairs, children, measured) => {
    const read = needToRead([{ bytes: 25 * interactions, isPacked: false }])(children);
    const learn = needToLearn({
      users,
      items,
      interactions,
      neighbors,
      hasPairs,
      isTuned: false,
      isParquet: false,
      hasRules: false,
    })(children);
    const planned = Math.max(read, learn) / MB;
    expect(planned).toBeGreaterThan(measured);
    expect(planned).toBeLessThan(3 * measured);
  },
);

/** Measured memory of the parent in MB: before the step, and at its peak. */
test.each([
  ['sorting 4 M rows of two columns from a pipe', SORTED_ROW * 4_000_000, 118, 171],
  ['sorting 4 M rows of four columns from a pipe', SORTED_ROW * 4_000_000, 167, 227],
  ['sorting 12 M rows from a pipe', SORTED_ROW * 12_000_000, 288, 455],
  ['arranging 4 M interactions', ARRANGED_INTERACTION * 3_964_873, 164, 195],
])('the memory planned for %s covers the measured peak, with less than 20 % to spare', (_, more, before, peak) => {
  expect(before + more / MB).toBeGreaterThan(peak);
  expect(before + more / MB).toBeLessThan(1.2 * peak);
});

/** A run of up to three children that uses so much memory now, and what its limit did to it. */
function limited(maxMemory: number, bytes: number) {
  const done: { heap?: number; message?: string; exceed?: (used: number) => void } = {};
  const run = {
    workers: 3,
    memory: {
      peak: { measure: 'pss' },
      look: () => ({ bytes }),
      guard: (_: number, onExceeded: (used: number) => void) => {
        done.exceed = onExceeded;
      },
    },
    pool: {
      limit: async (_: number, heap: number) => {
        done.heap = heap;
      },
    },
  };
  const stop = ({ message }: Error) => {
    done.message = message;
  };
  return { done, memory: withinMemory(run as unknown as Run, { maxMemory }, stop, () => 'reading') };
}

test('the refusal of a large step states the memory it needs and the memory already in use', () => {
  const { memory } = limited(260 * MB, 288 * MB);
  expect(() => memory.fold(12_000_000)).toThrow(
    '--max-memory 260 MB is too little: to put 12,000,000 rows in order takes about 480 MB, 288 MB of it in use already; no output file was written; give it that, or a smaller input',
  );
});

describe('childrenWithin', () => {
  const need = (children: number) => (100 + 50 * children) * MB;

  test.each([
    [1000, 8, 8],
    [300, 8, 4],
    [299, 8, 3],
    [150, 8, 1],
    [1000, 1, 1],
  ])('%d MB and at most %d workers give %d', (budget, most, children) => {
    expect(childrenWithin(budget * MB, most, need, 'this')).toBe(children);
  });

  test('states what one worker would need if none fits', () => {
    const refused = () => childrenWithin(149 * MB, 8, need, 'to read these files');
    expect(refused).toThrow(
      '--max-memory 149 MB is too little: to read these files takes about 150 MB with one worker; give it that, or a smaller input',
    );
    expect(refused).toThrow(expect.objectContaining({ exitCode: 71 }));
  });
});

const NO_FILES = { users: [], items: undefined, interactions: [], orders: undefined };

test('children share the memory budget, and exceeding it gives advice', async () => {
  const large = limited(2048 * 2 ** 20, 0);
  await large.memory.read(NO_FILES);
  expect(large.done.heap).toBe(512);
  const exceeded = limited(100 * MB, 0);
  exceeded.done.exceed?.(120 * MB);
  expect(exceeded.done.message).toBe(
    'stopped at 120 MB while reading: more than --max-memory 100 MB; no output file was written; give it more, a smaller -j or a smaller input',
  );
});
