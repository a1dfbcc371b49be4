import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandidateSystem } from '../../src/model/candidate-system.js';
import { conjugateGradients, dot, expectClose, inverse, times } from './slow-model.js';

const MOST = 7;
const ITEMS = 12;

interface System {
  /** Symmetric and positive definite, of whole numbers. */
  matrix: number[][];
  wanted: number[];
  /** Which of the items are in the system, in the order of its rows. */
  items: number[];
}

const systems: fc.Arbitrary<System> = fc.integer({ min: 1, max: MOST }).chain((size) => {
  const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: size, maxLength: size });
  return fc
    .record({
      factor: fc.array(vector, { minLength: size, maxLength: size }),
      wanted: vector,
      items: fc.shuffledSubarray([...Array(ITEMS).keys()], { minLength: size, maxLength: size }),
    })
    .map(({ factor, wanted, items }) => ({
      matrix: factor.map((a, i) => factor.map((b, j) => dot(a, b) + (i === j ? 1 : 0))),
      wanted,
      items,
    }));
});

/** Sets a system up as a row of the ridge does, among cells of items that are not in it. */
function setUp(system: CandidateSystem, { matrix, wanted, items }: System): void {
  const place = new Uint16Array(ITEMS);
  items.forEach((item, x) => {
    place[item] = x + 1;
  });
  const outside = [...Array(ITEMS).keys()].filter((item) => place[item] === 0);
  wanted.forEach((value, x) => {
    system.wanted[x] = value;
  });
  system.begin();
  matrix.forEach((row, x) => {
    const before = items.slice(0, x).flatMap((item, y) => (row[y] === 0 ? [] : [{ item, value: row[y]! }]));
    const cells = [...before, ...outside.map((item) => ({ item, value: 99 }))].sort((a, b) => a.item - b.item);
    // Two cells of other rows stand before and behind the row's own.
    const index = Uint32Array.from([items[0]!, ...cells.map(({ item }) => item), items[0]!]);
    const value = Float32Array.from([77, ...cells.map((cell) => cell.value), 77]);
    system.addRow(row[x]!, index, value, 1, 1 + cells.length, place);
  });
}

test('with many steps the solution is that of the dense system, and what it explains is wanted · solution', () => {
  const system = new CandidateSystem(MOST);
  fc.assert(
    fc.property(systems, (some) => {
      setUp(system, some);
      const explained = system.solve(50);
      const exact = times(inverse(some.matrix), some.wanted);
      exact.forEach((value, x) => {
        expect(system.solution[x]!).toBeCloseTo(value, 6);
      });
      expect(explained).toBeCloseTo(dot(exact, some.wanted), 6);
    }),
  );
});

test('a few steps are as many of textbook conjugate gradients, and explain more with every one', () => {
  // One system for all runs: none may leave a trace for the next.
  const system = new CandidateSystem(MOST);
  fc.assert(
    fc.property(systems, (some) => {
      const exact = dot(times(inverse(some.matrix), some.wanted), some.wanted);
      let before = 0;
      for (const steps of [0, 1, 2, 3]) {
        setUp(system, some);
        const explained = system.solve(steps);
        conjugateGradients(some.matrix, some.wanted, steps).forEach((value, x) => {
          expectClose(system.solution[x]!, value, 1e-6);
        });
        expect(explained).toBeGreaterThanOrEqual(before - 1e-9);
        expect(explained).toBeLessThanOrEqual(exact + 1e-9);
        before = explained;
      }
    }),
  );
});

test('a system of no unknowns explains nothing', () => {
  const system = new CandidateSystem(0);
  system.begin();
  expect(system.solve(3)).toBe(0);
});

test('a system of one unknown is solved by its first step', () => {
  const system = new CandidateSystem(1);
  setUp(system, { matrix: [[4]], wanted: [2], items: [5] });
  expect(system.solve(1)).toBe(1);
  expect(system.solution[0]).toBe(0.5);
});

test('where nothing is wanted the solution is 0', () => {
  const system = new CandidateSystem(2);
  setUp(system, {
    matrix: [
      [2, 1],
      [1, 2],
    ],
    wanted: [0, 0],
    items: [1, 0],
  });
  expect(system.solve(3)).toBe(0);
  expect(Array.from(system.solution)).toEqual([0, 0]);
});
