import { expect, test } from 'vitest';
import { compiledKernel, type Kernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { programArrays } from '../../src/kernels/program.js';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import { fitter } from '../../src/model/fit.js';
import { gramRows } from '../../src/model/rows/counting.js';
import { larger } from '../model/larger.js';
import { settingsWith } from '../model/worlds.js';

const compiled = compiledKernel();

/** The rows of the ridge, from pairs counted in two parts; the kernel `counts` counts, the kernel `solves` gathers and solves. */
function rowsBy(counts: Kernel, solves: Kernel, items: number, neighbors: number, steps: number) {
  const evidence = larger(5, 300, items, 'any');
  const settings = settingsWith({ neighbors, steps, basketDamping: 0.5 });
  const count = gramRows(evidence, settings, counts);
  const half = Math.floor(evidence.items / 2);
  const parts = [count(0, half), count(half, evidence.items)];
  const stack = (of: 'candidates' | 'pairs') =>
    new StackedRows(
      parts.map((part) => part[of]),
      [0, half],
      evidence.items,
    );
  const counted = { candidates: stack('candidates'), pairs: stack('pairs') };
  return fitter(evidence, settings, counted, solves)(0, evidence.items);
}

test('a missing compiled program is an error instead of a slow run', () => {
  expect(() => compiledKernel(new URL('no-such.wasm', import.meta.url))).toThrow('no-such.wasm');
});

test('arrays of more than 4 GB do not fit into the memory of a program', () => {
  expect(programArrays({ all: [Uint8Array, 2 ** 32 - 4096] })?.at.all).toBe(1024);
  expect(programArrays({ all: [Uint8Array, 2 ** 32 - 4096], more: [Uint8Array, 4096] })).toBe(undefined);
});

test.each([
  [1, 3],
  [20, 3],
  [200, 1],
  [200, 50],
])('the compiled program solves with the same bits as plain arrays: K = %d, %d steps', (neighbors, steps) => {
  const slow = rowsBy(PLAIN_KERNEL, PLAIN_KERNEL, 900, neighbors, steps);
  expect(slow.rows.index.length).toBeGreaterThan(400);
  expect(rowsBy(PLAIN_KERNEL, compiled, 900, neighbors, steps)).toEqual(slow);
  expect(rowsBy(compiled, compiled, 900, neighbors, steps)).toEqual(slow);
});

test('the compiled program gives the same bits with more items than two bytes can index', () => {
  expect(rowsBy(compiled, compiled, 66_000, 30, 3)).toEqual(rowsBy(PLAIN_KERNEL, PLAIN_KERNEL, 66_000, 30, 3));
});
