import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiledKernel, type Kernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import type { Systems } from '../../src/kernels/systems.js';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import { conjugateGradients, dot, expectClose, inverse, times } from '../model/slow-model.js';
import { rowsOf } from '../model/worlds.js';

const MOST = 7;
const ITEMS = 12;

interface System {
  /** Symmetric and positive definite, with integer cells. */
  matrix: number[][];
  wanted: number[];
  /** The items of the system, in the order of its rows. */
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

/** The system among 12 items as the ridge gathers it; pairs with items outside the system are added and must have no effect. */
function systemsOf({ matrix, items }: System, kernel: Kernel): Systems {
  const outside = [...Array(ITEMS).keys()].filter((item) => !items.includes(item));
  const diagonal = new Float64Array(ITEMS).fill(1);
  const rank = new Uint32Array(ITEMS);
  [...items, ...outside].forEach((item, place) => {
    rank[item] = place;
  });
  const pairs = Array.from({ length: ITEMS }, () => Array<number>(ITEMS).fill(0));
  items.forEach((item, x) => {
    diagonal[item] = matrix[x]![x]!;
    for (const other of outside) pairs[item]![other] = 99;
    items.slice(0, x).forEach((before, y) => {
      pairs[item]![before] = matrix[x]![y]!;
    });
  });
  const half = ITEMS / 2;
  const parts = [pairs.slice(0, half), pairs.slice(half)].map((rows) => rowsOf(rows, ITEMS));
  const scale = new Float64Array(ITEMS).fill(1);
  return kernel.systemsOf({ pairs: new StackedRows(parts, [0, half], ITEMS), scale, diagonal, rank }, MOST);
}

function solve(systems: Systems, { wanted, items }: System, steps: number): number {
  wanted.forEach((value, x) => {
    systems.wanted[x] = value;
  });
  systems.gather(Uint32Array.from(items));
  return systems.solve(steps);
}

describe.each([
  ['plain', PLAIN_KERNEL],
  ['compiled', compiledKernel()],
])('systems, %s', (_, kernel) => {
  test('many steps reach the solution of the dense system, and the explained part is wanted · solution', () => {
    fc.assert(
      fc.property(systems, (some) => {
        const found = systemsOf(some, kernel);
        const explained = solve(found, some, 50);
        const exact = times(inverse(some.matrix), some.wanted);
        exact.forEach((value, x) => {
          expect(found.solution[x]!).toBeCloseTo(value, 6);
        });
        expect(explained).toBeCloseTo(dot(exact, some.wanted), 6);
      }),
    );
  });

  test('a few steps match textbook conjugate gradients, and each explains more', () => {
    fc.assert(
      fc.property(systems, (some) => {
        const exact = dot(times(inverse(some.matrix), some.wanted), some.wanted);
        const found = systemsOf(some, kernel);
        let before = 0;
        for (const steps of [0, 1, 2, 3]) {
          // Another system is solved in between and must not affect this one.
          solve(found, { ...some, wanted: some.wanted.toReversed(), items: some.items.slice(0, 1) }, 1);
          const explained = solve(found, some, steps);
          conjugateGradients(some.matrix, some.wanted, steps).forEach((value, x) => {
            expectClose(found.solution[x]!, value, 1e-6);
          });
          expect(explained).toBeGreaterThanOrEqual(before - 1e-9);
          expect(explained).toBeLessThanOrEqual(exact + 1e-9);
          before = explained;
        }
      }),
    );
  });

  test('a system of no unknowns explains nothing', () => {
    const none: System = { matrix: [], wanted: [], items: [] };
    expect(solve(systemsOf(none, kernel), none, 3)).toBe(0);
  });

  test('a system of one unknown is solved by its first step', () => {
    const one: System = { matrix: [[4]], wanted: [2], items: [5] };
    const found = systemsOf(one, kernel);
    expect(solve(found, one, 1)).toBe(1);
    expect(found.solution[0]).toBe(0.5);
  });

  test('the solution is 0 if the right-hand side is 0', () => {
    const nothing: System = {
      matrix: [
        [2, 1],
        [1, 2],
      ],
      wanted: [0, 0],
      items: [1, 0],
    };
    const found = systemsOf(nothing, kernel);
    expect(solve(found, nothing, 3)).toBe(0);
    expect(Array.from(found.solution.subarray(0, 2))).toEqual([0, 0]);
  });
});
