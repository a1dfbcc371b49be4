import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stacked } from '../../src/matrix/combined.js';
import { firstRows, pickedRows, type SparseRows } from '../../src/matrix/sparse.js';
import { type ItemStatistics, normaliseRows } from '../../src/model/row-normalisation.js';
import type { Settings } from '../../src/model/settings.js';
import { learnt } from './learned.js';
import { expectClose } from './slow-model.js';
import { anySettings, denseOf, rowsOf, settingsWith, worlds } from './worlds.js';

const COUNTS = { items: 2, preferences: 1, groups: 1, latest: 0 };
const STATISTICS: ItemStatistics = {
  popularity: Float64Array.of(3, 1),
  trend: Float64Array.of(3, 1),
  degree: Float64Array.of(16, 4),
  precision: Float64Array.of(0.5, 0.25),
  trust: 1,
};
/** Two rows of items, one of a preference, one of a group. */
const ROWS = [
  [0, 2],
  [4, -1],
  [1, 1],
  [0.5, -0.5],
];

function rows(): SparseRows {
  return rowsOf(ROWS, 2);
}

function copyOf(matrix: SparseRows): SparseRows {
  return { ...matrix, value: matrix.value.slice() };
}

test('a weight is divided by the precision of its target and multiplied by d^(a/2 − b) of its evidence', () => {
  const learned = rows();
  // d^(a/2 − b) = d^(0.25 − 0.75): 1/4 and 1/2; over P: 1/2 and 2.
  const facts = normaliseRows(
    [learned],
    [0],
    COUNTS,
    STATISTICS,
    settingsWith({ sourceDamping: 0.5, targetDamping: 0.75 }),
  );
  expect(denseOf(learned)).toEqual([[0, 4], [2, -2], ...ROWS.slice(2)]);
  expect(facts).toEqual({ sum: Float64Array.of(4, 0), largest: Float64Array.of(4, 2) });
});

test('weights are divided by the largest and raised to the power p, keeping their signs', () => {
  const learned = rows();
  const plain = { ...STATISTICS, precision: Float64Array.of(1, 1) };
  const settings = settingsWith({ sourceDamping: 0.5, targetDamping: 0.25, power: 2 });
  const facts = normaliseRows([learned], [0], COUNTS, plain, settings);
  const dense = denseOf(learned);
  [
    [0, 1 / 4],
    [1, -1 / 16],
  ].forEach((row, i) => {
    row.forEach((weight, j) => {
      expectClose(dense[i]![j]!, weight);
    });
    expectClose(facts.largest[i]!, Math.max(...row));
  });
  expect(dense.slice(2)).toEqual(ROWS.slice(2));
});

test.each([1e-12, 1e12])('weights of about %d neither underflow nor overflow at the largest power', (size) => {
  const learned = rowsOf(
    [
      [0, 2 * size],
      [1.5 * size, 0],
    ],
    2,
  );
  const counts = { items: 2, preferences: 0, groups: 0, latest: 0 };
  normaliseRows([learned], [0], counts, STATISTICS, settingsWith({ method: 'jaccard', power: 10 }));
  expect(learned.value[0]).toBeCloseTo(1, 5);
  expect(learned.value[1]).toBeCloseTo(0.75 ** 10, 5);
});

test('normalising leaves the rows of jaccard as they are if p is 1', () => {
  const learned = rows();
  normaliseRows([learned], [0], COUNTS, STATISTICS, settingsWith({ method: 'jaccard', targetDamping: 1 }));
  expect(denseOf(learned)).toEqual(ROWS);
});

test('rows are normalised alike in one part or many, and the rows of preferences and groups stay as they are', () => {
  fc.assert(
    fc.property(worlds, anySettings, fc.array(fc.nat(20), { maxLength: 4 }), (world, settings, cuts) => {
      const { rows, counts, statistics } = learnt(world, settings);
      const from = [0, ...cuts.filter((cut) => cut < rows.rows).sort((a, b) => a - b)];
      const parts = from.map((first, k) => {
        const to = from[k + 1] ?? rows.rows;
        return pickedRows(
          rows,
          Array.from({ length: to - first }, (_, row) => first + row),
        );
      });
      const whole = copyOf(rows);
      const facts = normaliseRows([whole], [0], counts, statistics, settings);
      expect(normaliseRows(parts, from, counts, statistics, settings)).toEqual(facts);
      expect(stacked(...parts)).toEqual(whole);
      expect(denseOf(whole).slice(counts.items)).toEqual(denseOf(rows).slice(counts.items));
    }),
  );
});

test('copies of the same learned rows can be normalised with different settings, one after another', () => {
  const ways = fc.record<Partial<Settings>>({
    targetDamping: fc.constantFrom(0, 0.3, 1),
    power: fc.constantFrom(0.8, 1, 1.5),
  });
  fc.assert(
    fc.property(worlds, anySettings, ways, ways, (world, settings, one, other) => {
      const { rows, counts, statistics } = learnt(world, settings);
      const normalisedBy = (way: Partial<Settings>) => {
        const copy = copyOf(rows);
        const facts = normaliseRows([copy], [0], counts, statistics, { ...settings, ...way });
        return { copy, facts };
      };
      const first = normalisedBy(one);
      normalisedBy(other);
      expect(normalisedBy(one)).toEqual(first);
      // Learning does not depend on these settings: with other values it gives the same rows.
      expect(learnt(world, { ...settings, ...other }).rows).toEqual(rows);
    }),
  );
});

test('the facts are the sum and the largest weight of each item’s normalised row', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const { rows, counts, statistics } = learnt(world, settings);
      const { sum, largest } = normaliseRows([rows], [0], counts, statistics, settings);
      denseOf(firstRows(rows, counts.items)).forEach((row, item) => {
        expect(sum[item]).toBe(row.reduce((a, b) => a + b, 0));
        expect(largest[item]).toBe(Math.max(0, ...row));
      });
    }),
  );
});
