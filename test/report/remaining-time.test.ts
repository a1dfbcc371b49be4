import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remainingTime } from '../../src/report/remaining-time.js';

interface Shown {
  at: number;
  left: number | undefined;
}

/**
 * The remaining time shown four times a second during a run of `seconds`.
 * @param shareAt the share of the work that the run reports as done at a time.
 */
function estimatesOf(seconds: number, shareAt: (time: number) => number): Shown[] {
  const remaining = remainingTime();
  const shown: Shown[] = [];
  for (let tick = 0; tick <= 4 * seconds; tick++) {
    const at = tick / 4;
    shown.push({ at, left: remaining(at, shareAt(at)) });
  }
  return shown;
}

const known = (shown: readonly Shown[]) =>
  shown.filter((each): each is { at: number; left: number } => each.left !== undefined);

/** The largest moves of the estimated end between two updates, later and earlier, as shares of the run's duration. */
function largestMoves(shown: readonly Shown[], seconds: number): { later: number; earlier: number } {
  // The last one, at the end of the run, is no estimate.
  const ends = known(shown.slice(0, -1)).map(({ at, left }) => at + left);
  const moves = ends.slice(1).map((end, k) => (end - (ends[k] ?? end)) / seconds);
  return { later: Math.max(0, ...moves), earlier: -Math.min(0, ...moves) };
}

test('with steady work, the estimate is right and counts down to 0 with the clock', () => {
  const shown = estimatesOf(100, (time) => time / 100);
  for (const { at, left } of known(shown)) expect(left).toBeCloseTo(100 - at, 6);
  expect(known(shown)[0]?.at).toBeLessThan(4);
  expect(shown.at(-1)?.left).toBe(0);
});

test('steady work in shards moves the estimated end by at most 2 % of the duration', () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 600 }), fc.integer({ min: 20, max: 128 }), (seconds, shards) => {
      const shown = estimatesOf(seconds, (time) => Math.floor((time / seconds) * shards + 1e-9) / shards);
      const { later, earlier } = largestMoves(shown, seconds);
      expect(later).toBeLessThan(0.02);
      expect(earlier).toBeLessThan(0.02);
      expect(shown.at(-1)?.left).toBe(0);
      for (const { at, left } of known(shown))
        if (at > seconds / 4) expect(Math.abs(at + left - seconds)).toBeLessThan(0.1 * seconds);
    }),
    { numRuns: 30 },
  );
});

test('shards of uneven length move the estimated end by at most 4 % of the duration', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.75, max: 1.33, noNaN: true }), { minLength: 60, maxLength: 60 }),
      (times) => {
        const ends = times.map((_, k) => times.slice(0, k + 1).reduce((a, b) => a + b));
        const seconds = Math.ceil(ends.at(-1) ?? 0);
        const { later, earlier } = largestMoves(
          estimatesOf(seconds, (time) => ends.filter((end) => end <= time).length / 60),
          seconds,
        );
        expect(later).toBeLessThan(0.04);
        expect(earlier).toBeLessThan(0.04);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  ['a stage three times slower than those before', (time: number) => (time < 25 ? time / 50 : 0.5 + (time - 25) / 150)],
  ['a stage three times faster than those before', (time: number) => (time < 75 ? time / 150 : 0.5 + (time - 75) / 50)],
  ['work that turns out to be half as much', (time: number) => (time < 50 ? time / 200 : 0.5 + (time - 50) / 100)],
])('%s changes the estimate smoothly, and it ends at 0', (_, shareAt) => {
  const shown = estimatesOf(100, shareAt);
  const { later, earlier } = largestMoves(shown, 100);
  expect(later).toBeLessThan(0.02);
  expect(earlier).toBeLessThan(0.04);
  expect(shown.at(-1)?.left).toBe(0);
});

test('there is no estimate before the speed is known, and a stalled run’s estimate neither rises nor reaches 0', () => {
  expect(known(estimatesOf(60, () => 0))).toEqual([]);
  expect(known(estimatesOf(60, (time) => (time < 5 ? 0 : 0.2)))).toEqual([]);
  const stopped = known(estimatesOf(200, (time) => Math.min(50, Math.floor(time)) / 100)).filter(({ at }) => at > 50);
  for (const [k, { left }] of stopped.entries()) {
    expect(left).toBeLessThanOrEqual(stopped[Math.max(0, k - 1)]?.left ?? 0);
    expect(left).toBeGreaterThan(40);
  }
});
