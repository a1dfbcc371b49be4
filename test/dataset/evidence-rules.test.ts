import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import {
  clockOf,
  countingInteractions,
  type EvidenceRules,
  evidenceNotes,
  ofPart,
} from '../../src/dataset/evidence-rules.js';
import { readDataset } from '../../src/dataset/read.js';
import { byName, inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

/** A row of events; a time of 0 means none. */
interface Row {
  user: number;
  item: number;
  rating: number;
  time: number;
}

const rows = fc.array(
  fc.record({
    user: fc.nat(3),
    item: fc.nat(4),
    rating: fc.integer({ min: 1, max: 5 }),
    time: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 9 }), weight: 5 }, fc.constant(0)),
  }),
  { minLength: 1, maxLength: 25 },
);
/** Rows of another user, so that columns and scales are recognised however few other rows there are. */
const COMMON_ROWS: Row[] = [1, 2, 3, 4, 5, 5].map((rating, k) => ({ user: 9, item: 10 + k, rating, time: 1000 + k }));
const HOUR = 3600;

async function readOnly(events: readonly Row[], evidence?: EvidenceRules): Promise<Dataset> {
  const lines = events.map(({ user, item, rating, time }) => {
    const seconds = time === 0 ? '' : HOUR * time;
    return `u${user},i${item},${rating},${seconds},Title ${item}`;
  });
  const path = folder.file('events.csv', `${['user,item,rating,timestamp,title', ...lines].join('\n')}\n`);
  return (await readDataset({ ...inputsOf(path, { titles: true, ratings: 'scale' }), evidence })).dataset;
}

const read = (events: readonly Row[], evidence?: EvidenceRules) => readOnly([...COMMON_ROWS, ...events], evidence);

const countingIn = (dataset: Dataset) => byName(dataset, countingInteractions(dataset).interactions);

describe('the interactions that count are those of a file without the other rows:', () => {
  test('--since leaves out earlier rows even if their pair has later ones, and their items still count as seen', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 10 }), async (events, first) => {
        const dataset = await read(events, { since: HOUR * first });
        const later = events.filter(({ time }) => time === 0 || time >= first);
        expect(countingIn(dataset)).toEqual(countingIn(await read(later)));
        expect(Object.keys(byName(dataset, countingInteractions(dataset).had!.interactions))).toEqual(
          Object.keys(byName(dataset, (await read(events)).interactions)),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('--min-rating applies to merged rows', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (events, minRating) => {
        const dataset = await read(events, { minRating });
        // The latest row of a pair counts; among equal or missing times, the last one in the file.
        const last = new Map<string, Row>();
        for (const row of events) {
          const before = last.get(`${row.user} ${row.item}`);
          if (!before || row.time >= before.time) last.set(`${row.user} ${row.item}`, row);
        }
        const high = [...COMMON_ROWS, ...last.values()].filter(({ rating }) => rating >= minRating);
        expect(countingIn(dataset)).toEqual(countingIn(await readOnly(high)));
      }),
      { numRuns: 15 },
    );
  });

  test('--now gives the ids, titles and everything else of a file without later rows', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 10 }), async (events, now) => {
        const early = COMMON_ROWS.map((row, k) => ({ ...row, time: 1 + (k % now) }));
        const all = [...early, ...events];
        const { evidence: _, ...dataset } = await read(all, { now: HOUR * now });
        const { evidence: __, ...wanted } = await readOnly(all.filter(({ time }) => time <= now));
        expect(dataset).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
  });
});

test('strengths halve with every half-life before the latest interaction or --now, and stay full without a time', async () => {
  const events = [
    { user: 0, item: 0, rating: 3, time: 1005 },
    { user: 0, item: 1, rating: 3, time: 995 },
    { user: 0, item: 2, rating: 3, time: 985 },
    { user: 0, item: 3, rating: 3, time: 0 },
  ];
  const plain = byName(await read(events), (await read(events)).interactions).u0;
  const faded = countingIn(await read(events, { halfLife: 10 * HOUR })).u0!;
  const share = (item: string) => faded[item]! / plain![item]!;
  expect([share('i0'), share('i1'), share('i2'), share('i3')].map((each) => each.toFixed(5))).toEqual([
    '1.00000',
    '0.50000',
    '0.25000',
    '1.00000',
  ]);
  const later = countingIn(await read(events, { halfLife: 10 * HOUR, now: 1015 * HOUR })).u0!;
  expect(later.i0! / plain!.i0!).toBeCloseTo(0.5, 5);
});

test('in a part of the data, ages count from its own latest interaction instead of --now', async () => {
  const dataset = await read([{ user: 0, item: 0, rating: 3, time: 7 }], { now: 2000 * HOUR, halfLife: 1 });
  expect(clockOf(dataset)).toBe(2000 * HOUR);
  expect(clockOf({ ...dataset, evidence: ofPart(dataset.evidence) })).toBe(1005 * HOUR);
});

test('without rules the dataset is returned as it is', async () => {
  const dataset = await read([]);
  expect(countingInteractions(dataset)).toBe(dataset);
});

describe('a rule without the data it needs, or that leaves no evidence, is refused:', () => {
  const none = async () => ({ ...(await read([])), times: undefined, rated: undefined });
  test.each<[EvidenceRules, number, string]>([
    [{ since: 1 }, 2, '--since: the interactions have no times; --time-col NAME names their column'],
    [{ halfLife: 1 }, 2, '--half-life: the interactions have no times'],
    [{ minRating: 1 }, 2, '--min-rating: there are no ratings on a scale'],
  ])('%j without times and ratings', async (evidence, exitCode, message) => {
    const dataset = { ...(await none()), evidence };
    expect(() => evidenceNotes(dataset, true)).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringContaining(message) }),
    );
  });

  test('no evidence is left, unless there is anything else to learn from', async () => {
    const dataset = { ...(await read([])), evidence: { minRating: 6 } };
    const message = 'no evidence: 6 rated below 6 (--min-rating); 0 of 6 interactions count';
    expect(() => evidenceNotes(dataset, false)).toThrow(`there is nothing to learn from: ${message}`);
    expect(evidenceNotes(dataset, true)).toEqual([`${message}; the others only mark their items as seen`]);
  });
});
