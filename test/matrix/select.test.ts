import { expect, test } from 'vitest';
import { selectBest, sortBest } from '../../src/matrix/top-n.js';

const SIZE = 200_000;
/** Orders in which the middle key, or any other fixed one, is a bad pivot. */
const ORDERS: [string, (k: number) => number][] = [
  ['rising', (k) => k],
  ['falling', (k) => -k],
  ['rising, then falling', (k) => Math.min(k, SIZE - k)],
  ['falling, then rising', (k) => Math.max(k, SIZE - k)],
  ['a sawtooth', (k) => k % 1000],
  ['all the same', () => 1],
];

test.each(ORDERS)('many keys are selected and sorted from any initial order: %s', (_, keyOf) => {
  const key = Float64Array.from({ length: SIZE }, (_, k) => keyOf(k));
  const item = Uint32Array.from(key.keys());
  const sorted = [...item].sort((a, b) => key[b]! - key[a]! || a - b);
  const selected = { key: key.slice(), item: item.slice() };
  selectBest(1000, SIZE, selected.key, selected.item);
  expect([...selected.item.subarray(0, 1000)].sort((a, b) => a - b)).toEqual(
    sorted.slice(0, 1000).sort((a, b) => a - b),
  );
  sortBest(0, SIZE - 1, key, item);
  expect(Buffer.from(item.buffer).equals(Buffer.from(Uint32Array.from(sorted).buffer))).toBe(true);
});
