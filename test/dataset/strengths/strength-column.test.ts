import { describe, expect, it } from 'vitest';
import {
  readStrengths,
  type StrengthOptions,
  strengthsAsLearned,
} from '../../../src/dataset/strengths/strength-column.js';
import { NumberColumn } from '../../../src/events/columns.js';

const AUTO: StrengthOptions = { ratings: 'auto', unrated: undefined };

/** A column with each value in as many rows as given. */
function columnOf(tally: readonly (readonly [value: number, rows: number])[]): NumberColumn {
  const column = new NumberColumn();
  for (const [value, rows] of tally) for (let row = 0; row < rows; row++) column.push(value);
  return column;
}

const STARS = [
  [1, 2],
  [2, 3],
  [3, 8],
  [4, 9],
  [5, 7],
] as const;
const TENS = [
  [1, 1],
  [5, 4],
  [7, 9],
  [8, 12],
  [10, 6],
] as const;

describe('readStrengths', () => {
  it.each([
    'quantity',
    'qty',
    'units',
    'plays',
    'count',
    'weight',
    'minutes',
    'Lineitem quantity',
    'qty_ordered',
    'Menge',
  ])('reads %s as counts because of its name, although the values look like a scale', (name) => {
    const { rule, unrated, notes } = readStrengths(columnOf(STARS), name, AUTO);
    expect(rule.kind).toBe('count');
    expect(unrated).toBeUndefined();
    expect(notes[0]).toContain('its name says counts');
  });

  it.each(['rating', 'stars', 'score', 'Book-Rating', 'overall'])('goes by the values of %s', (name) => {
    expect(readStrengths(columnOf(STARS), name, AUTO).rule).toEqual({ kind: 'scale', low: 1, high: 5 });
    const { rule, warnings } = readStrengths(
      columnOf([
        [1, 3],
        [40, 2],
        [5000, 1],
      ]),
      name,
      AUTO,
    );
    expect(rule.kind).toBe('count');
    expect(warnings[0]).toContain(`"${name}" holds 1 to 5000`);
    expect(warnings[0]).toContain('--ratings count says so, --ratings scale makes them ratings');
  });

  it('prefers the option to the name', () => {
    expect(readStrengths(columnOf(STARS), 'quantity', { ...AUTO, ratings: 'scale' }).rule.kind).toBe('scale');
    expect(readStrengths(columnOf(STARS), 'rating', { ...AUTO, ratings: 'count' }).rule.kind).toBe('count');
  });

  it.each([
    ['-1 beside 1 to 10', -1, [[-1, 5], ...TENS]],
    ['0 beside 1 to 10, the commonest of all', 0, [[0, 40], ...TENS]],
    ['99 beside -10 to 10, in many steps', 99, Array.from({ length: 90 }, (_, k) => [k < 80 ? k / 4 - 10 : 99, 1])],
  ] as [string, number, [number, number][]][])('reads %s as "not rated" and notes it', (_, value, tally) => {
    const column = columnOf(tally);
    const { unrated, notes, warnings } = readStrengths(column, 'rating', AUTO);
    expect(unrated).toEqual({
      value,
      rows: tally.filter(([each]) => each === value).reduce((sum, [, rows]) => sum + rows, 0),
    });
    expect(column.missing).toBe(unrated?.rows);
    expect([...notes, ...warnings].join()).toContain('taken for "not rated"');
  });

  it('warns when it reads a rare 0 as "not rated"', () => {
    const { unrated, warnings } = readStrengths(columnOf([[0, 3], ...TENS]), 'rating', AUTO);
    expect(unrated).toEqual({ value: 0, rows: 3 });
    expect(warnings[0]).toContain('--unrated 0 says so, --unrated none makes it a rating');
  });

  it.each([
    [
      'thumbs',
      [
        [-1, 3],
        [1, 9],
      ],
    ],
    [
      '-1, 0 and 1',
      [
        [-1, 3],
        [0, 4],
        [1, 9],
      ],
    ],
    [
      '-2 to 2',
      [
        [-2, 1],
        [-1, 2],
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ],
    [
      'a lowest grade of 0 that is rare',
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 8],
        [4, 9],
        [5, 7],
      ],
    ],
    [
      'counts with zeros',
      [
        [0, 5],
        [1, 9],
        [17, 1],
        [30, 1],
      ],
    ],
  ] as [string, [number, number][]][])('finds no value for "not rated" in %s', (_, tally) => {
    expect(readStrengths(columnOf(tally), 'rating', AUTO).unrated).toBeUndefined();
  });

  it.each([-999, 9999, 99_999])('warns about %d among small counts, which may mean a missing value', (code) => {
    const column = () =>
      columnOf([
        [1, 40],
        [2, 9],
        [5, 3],
        [code, 4],
      ]);
    const { warnings } = readStrengths(column(), 'quantity', AUTO);
    expect(warnings).toEqual([
      expect.stringContaining(`"quantity" is ${code} in 4 rows and nothing like it in others`),
    ]);
    expect(warnings[0]).toContain(`--unrated ${code} makes these rows plain interactions`);
    expect(readStrengths(column(), 'quantity', { ...AUTO, unrated: code }).warnings).toEqual([]);
  });

  it('warns if all counts are 0', () => {
    const { warnings } = readStrengths(columnOf([[0, 9]]), 'quantity', AUTO);
    expect(warnings).toEqual([expect.stringContaining('"quantity" is 0 in every row that has a number')]);
    expect(
      readStrengths(
        columnOf([
          [0, 90],
          [1, 1],
        ]),
        'quantity',
        AUTO,
      ).warnings,
    ).toEqual([]);
  });

  it('does not warn about 999 among numbers of similar size, nor about a single 9999', () => {
    expect(
      readStrengths(
        columnOf([
          [1, 9],
          [700, 4],
          [999, 5],
        ]),
        'quantity',
        AUTO,
      ).warnings,
    ).toEqual([]);
    expect(
      readStrengths(
        columnOf([
          [1, 90],
          [9999, 1],
        ]),
        'quantity',
        AUTO,
      ).warnings,
    ).toEqual([]);
  });

  const GERMAN = [
    [1, 30],
    [2, 40],
    [3, 20],
    [4, 8],
    [5, 4],
    [6, 1],
  ] as const;
  const ONES = GERMAN.map(([grade, rows]) => [grade, grade === 1 ? 90 : rows] as const);

  it.each([
    ['Note', GERMAN],
    ['Note', ONES],
    ['Note', STARS.map(([grade, rows]) => [6 - grade, rows] as const)],
    ['Schulnote', STARS],
    ['grade', GERMAN],
    ['rank', GERMAN],
    [
      'Position',
      [
        [1, 9],
        [57, 3],
      ],
    ],
    ['Platz', STARS],
    ['rating', GERMAN.slice(0, 5).map(([grade, rows]) => [grade, grade === 2 ? 60 : rows] as const)],
  ] as [string, readonly (readonly [number, number])[]][])(
    'warns that low grades may be good in %s with %j',
    (name, tally) => {
      const { warnings, rule } = readStrengths(columnOf(tally), name, AUTO);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('if low is good, the best count least');
      expect(warnings[0]).toMatch(/write \d+ - \w+ in its place/);
      // The option in the warning silences it and changes nothing else.
      const silenced = { ...AUTO, ratings: rule.kind === 'count' ? 'count' : 'scale' } as const;
      expect(warnings[0]).toContain(`--ratings ${silenced.ratings} says that high is good`);
      expect(readStrengths(columnOf(tally), name, silenced)).toMatchObject({ rule, warnings: [] });
    },
  );

  it.each([
    ['note', STARS],
    ['note', TENS],
    ['grade', STARS],
    ['rating', STARS],
    ['overall', TENS],
    ['quantity', GERMAN],
  ] as [string, readonly (readonly [number, number])[]][])('does not warn about %s with %j', (name, tally) => {
    expect(readStrengths(columnOf(tally), name, AUTO).warnings).toEqual([]);
  });

  it('prefers --unrated to the values', () => {
    expect(readStrengths(columnOf(STARS), 'rating', { ...AUTO, unrated: 1 }).unrated).toEqual({ value: 1, rows: 2 });
    expect(readStrengths(columnOf([[-1, 5], ...TENS]), 'rating', { ...AUTO, unrated: 'none' })).toMatchObject({
      unrated: undefined,
      rule: { kind: 'thumbs' },
    });
    expect(
      readStrengths(
        columnOf([
          [0, 5],
          [3, 2],
          [70, 1],
        ]),
        'plays',
        { ...AUTO, unrated: 0 },
      ).unrated?.rows,
    ).toBe(5);
  });
});

describe('warnings about numbers that are probably not counts', () => {
  const warningsOf = (values: readonly number[], name: string, wish = AUTO) =>
    readStrengths(columnOf(values.map((value) => [value, 1])), name, wish).warnings;
  const PRICES = [9.99, 20, 45.5, 12.95, 120, 9.99, 3, 8];

  it('are given for amounts of money, unless the name or --ratings says counts', () => {
    for (const name of ['amount', 'value']) {
      expect(warningsOf(PRICES, name)).toEqual([expect.stringContaining(`"${name}" looks like sums of money`)]);
    }
    expect(warningsOf(PRICES, 'quantity')).toEqual([]);
    expect(warningsOf(PRICES, 'amount', { ratings: 'count', unrated: undefined })).toEqual([]);
  });

  it('are given for durations and amounts without cents, because hardly any of them is below 4', () => {
    const seconds = Array.from({ length: 30 }, (_, k) => 30 + 7 * k);
    expect(warningsOf(seconds, 'value')).toEqual([expect.stringContaining('"value" is hardly ever below 4')]);
    expect(warningsOf(seconds, 'seconds')).toHaveLength(1);
    expect(warningsOf([1, 2, 3, ...seconds, 2], 'value')).toEqual([]);
    expect(warningsOf(seconds, 'plays')).toEqual([]);
    expect(warningsOf(seconds, 'value', { ratings: 'count', unrated: undefined })).toEqual([]);
  });

  it('are given for sales written as negative stock changes, not for a few returns', () => {
    expect(warningsOf([-1, -2, -30, -4, 1], 'quantity')).toEqual([
      expect.stringContaining('"quantity" is below 0 in 4 of 5 rows, and that is read as a return'),
    ]);
    expect(warningsOf([-1, 2, 30, -4, 1], 'quantity')).toEqual([]);
  });

  it.each([
    ['hours', [273, 1, 12.1, 0.5, 87.4, 14.9]],
    ['shares', [0.25, 0.37, 0.91, 0.12, 12]],
    ['whole numbers', [1, 2, 40, 250, 12, 13]],
    ['measurements', [1.2345, 7.81234, 9.1, 12.123456]],
    ['kilograms', [0.25, 1.234, 2, 3, 1.5]],
    ['kilograms beside hundreds', [0.25, 1.234, 200, 3, 1.5]],
  ])('are not given for %s', (_, values) => {
    expect(warningsOf(values, 'value')).toEqual([]);
  });

  it('are given for a point that may separate thousands, whatever the name', () => {
    for (const name of ['quantity', 'value']) {
      expect(warningsOf([12, 850, 1.234, 2.5, 3], name)).toEqual([
        expect.stringContaining('holds numbers like 1.234 beside whole ones'),
      ]);
    }
  });
});

describe('strengthsAsLearned', () => {
  const count = { column: 'quantity', rule: { kind: 'count' }, unrated: undefined } as const;
  const scale = { column: 'rating', rule: { kind: 'scale', low: 1, high: 10 }, unrated: undefined } as const;

  it.each([
    ['stars', STARS, count, 'looks like ratings, from 1 to 5, and the model was learned from counts ("quantity")'],
    [
      'value',
      STARS,
      { ...count, column: null },
      'looks like ratings, from 1 to 5, and the model was learned from counts:',
    ],
    ['qty', STARS, scale, 'is a count by its name, and the model was learned from ratings ("rating")'],
  ] as const)('warns if %s is read otherwise than when the model was learned', (name, tally, learned, warning) => {
    const { warnings, rule } = strengthsAsLearned(columnOf(tally), name, learned);
    expect(rule).toBe(learned.rule);
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    ['qty', STARS, count],
    ['rating', STARS, { ...count, column: 'Rating' }],
    [
      'value',
      [
        [1, 20],
        [2, 9],
        [3, 4],
      ],
      count,
    ],
    ['stars', STARS, scale],
    ['qty', STARS, { ...scale, column: 'qty' }],
  ] as const)('does not warn about %s if it looks like the column that was learned from', (name, tally, learned) => {
    expect(strengthsAsLearned(columnOf(tally), name, learned).warnings).toEqual([]);
  });
});
