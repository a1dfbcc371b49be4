import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { cpuMax, usableCores } from '../../src/process/cores.js';

test.each([
  ['200000 100000\n', 2],
  ['50000 100000', 0.5],
  ['max 100000\n', Number.POSITIVE_INFINITY],
  ['-1 100000', Number.POSITIVE_INFINITY],
  ['0 100000', Number.POSITIVE_INFINITY],
  ['100000 0', Number.POSITIVE_INFINITY],
  ['', Number.POSITIVE_INFINITY],
  ['nonsense', Number.POSITIVE_INFINITY],
])('a cpu.max of %j allows %d processors', (text, processors) => {
  expect(cpuMax(text)).toBe(processors);
});

test('the number of usable cores is an integer from 1 to the number of the machine’s cores', () => {
  const cores = usableCores();
  expect(Number.isInteger(cores)).toBe(true);
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(cores).toBeLessThanOrEqual(availableParallelism());
});
