import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindExpression } from '../../src/conditions/binder.js';
import { parseExpression } from '../../src/conditions/expression.js';
import { rowFilter } from '../../src/conditions/row-filter.js';
import { maskOf } from '../../src/conditions/rule.js';
import { Failure } from '../../src/failure.js';

const NOW = Date.UTC(2026, 0, 31, 12) / 1000;
const columns = (table: Record<string, string[]>) => Object.entries(table).map(([name, cells]) => ({ name, cells }));

const ITEMS = columns({
  item_id: ['a', 'b', 'c', 'd', 'e'],
  'Unit Price': ['10', '€60', '', '1,299.00', 'call us'],
  cost: ['9', '70', '5', '1000', '1'],
  genres: ['Comedy|Adult', 'Drama|Comedy', '', 'Comedy', 'Drama'],
  tags: ["['x', 'y z']", '["x"]', '[]', "['q']", "['x']"],
  released: ['2020-01-01', '2019-05-05', '2026-01-20 10:00', '', '2026-01-31'],
  seen: ['20200101', '20260130', '', '20260131', '20260102'],
  sold: ['24/12/2019', '01/02/2020', '', '02/01/2026', '30/01/2026'],
  title: ['Harry Potter', 'potter, "the"', 'Emma', 'N/A', 'X-Ray'],
  language: ['en', 'de', 'EN ', '', 'fr'],
  code: ['007', '7', '0815', '', '9'],
  in_stock: ['TRUE', 'no', '1', '', '0'],
  stock: ['3', '0', '7.0', '', '2'],
});
const USERS = columns({
  language: ['en', 'fr|de', ''],
  country: ['DE', 'FR', 'de'],
  budget: ['50', '2000', ''],
  Likes: ['comedy|x', 'drama', ''],
});

/** The ids of the items in the mask of a user. */
function matches(text: string, user = 0): string {
  const bound = bindExpression(parseExpression(text, '--where'), { item: ITEMS, user: USERS }, NOW);
  const mask = maskOf(bound, 5, user);
  return [...'abcde'].filter((_, item) => mask[item] === 1).join('');
}

describe('bindExpression', () => {
  test.each([
    ['unitprice <= 60', 'ab'],
    ['[Unit Price] > 60', 'd'],
    ['not (`UNIT_PRICE` > 60)', 'ab'],
    ['item.unit_price = 1299', 'd'],
    ['unit_price != 10', 'bd'],
    ['unit_price in (10, 60)', 'ab'],
    ['unit_price is missing', 'c'],
    ['unit_price is not missing', 'abde'],
    ['unit_price < cost', 'b'],
    ['cost >= 5 and cost <= 70', 'abc'],
    ['"Adult" in genres', 'a'],
    ['not ("adult" in genres)', 'bcde'],
    ['"Adult" not in genres', 'bcde'],
    ['genres = " COMEDY "', 'abd'],
    ['genres != "comedy"', 'e'],
    ['genres = "drama|comedy"', 'b'],
    ['genres in ("Adult", "Drama")', 'abe'],
    ['"y z" in tags', 'a'],
    ['"x" in tags and "q" not in tags', 'abe'],
    ['title contains "POTTER"', 'ab'],
    ['title not contains "potter"', 'ce'],
    ['title = \'potter, "the"\' or title = "x-ray"', 'be'],
    ['released >= 2020-01-01', 'ace'],
    ['released >= 2026/1/20 10:00 and released < "2026-01-31"', 'c'],
    ['released >= now - 14d', 'ce'],
    ['released >= today', 'e'],
    ['released > now + 12h or released <= now - 2w', 'ab'],
    ['seen >= 2026-01-30', 'bd'],
    ['sold > 2020-01-15', 'bde'],
    ['sold < released', 'ae'],
    ['language = "EN"', 'ac'],
    ['language = item.language', 'abce'],
    ['code = "7"', 'b'],
    ['code = 7', 'ab'],
    ['stock = "7"', 'c'],
    ['stock = "0"', 'b'],
    ['in_stock = true', 'ac'],
    ['in_stock != TRUE', 'be'],
    ['stock = false', 'b'],
    ['true = in_stock and 2 < stock', 'ac'],
    ['item_id in ("A", "e") or (stock > 2 and not stock > 3)', 'ae'],
  ])('%s matches the items "%s"', (text, ids) => expect(matches(text)).toBe(ids));

  test.each([
    ['item.language = user.language', ['ac', 'be', '']],
    ['language != user.language', ['be', 'ac', '']],
    ['unit_price <= budget', ['a', 'abd', '']],
    ['user.budget < item.cost', ['bd', '', '']],
    ['country = "de"', ['abcde', '', 'abcde']],
    ['country = "FR" and "comedy" in genres or cost = 1', ['e', 'abde', 'e']],
    ['likes in genres', ['abd', 'be', '']],
    ['item.genres in user.likes', ['abd', 'be', '']],
    ['not (genres in likes)', ['e', 'ad', 'abcde']],
    ['user.budget is missing or cost > 60', ['bd', 'bd', 'abcde']],
  ])('%s matches these items for three users: %j', (text, ids) =>
    expect([0, 1, 2].map((user) => matches(text, user))).toEqual(ids),
  );

  test('users for whom an expression means the same have the same key', () => {
    const bound = (text: string) => bindExpression(parseExpression(text, ''), { item: ITEMS, user: USERS }, NOW);
    expect(bound('cost > 5').usesUser).toBe(false);
    const keys = [0, 1, 2].map((user) => bound('country = "DE"').userKey(user));
    expect(keys[0]).toBe(keys[2]);
    expect(keys[0]).not.toBe(keys[1]);
    expect(bound('country = "DE"').usesUser).toBe(true);
  });

  test('cells that cannot be read are counted once, with an example', () => {
    const text = 'unit_price > 5 and not unit_price > 100 or sold > 2020-01-01';
    expect(bindExpression(parseExpression(text, '--where'), { item: ITEMS, user: [] }, NOW).unreadable).toEqual([
      '--where: 1 of 5 cells of the items\' column "Unit Price" are not numbers, such as "call us"; they count as missing',
    ]);
  });

  test('comparing two cells of a megabyte takes less than three seconds', () => {
    const item = columns({
      list: [Array.from({ length: 40_000 }, (_, i) => `a rather long value ${i}`).join('|'), 'a|b'],
    });
    const user = columns({
      list: [Array.from({ length: 40_000 }, (_, i) => `another, as long, ${i}`).join('|'), 'b|c'],
    });
    const before = process.cpuUsage();
    const bound = bindExpression(parseExpression('item.list = user.list', ''), { item, user }, NOW);
    expect([bound.matches(0, 0), bound.matches(1, 1), bound.matches(0, 1)]).toEqual([false, true, false]);
    expect(process.cpuUsage(before).user).toBeLessThan(3e6);
  });
});

test('a point that may separate thousands is reported only if a comparison needs numbers', () => {
  const unreadableIn = (text: string, ...cells: string[]) => {
    const columns = { item: [{ name: 'price', cells }], user: [] };
    return bindExpression(parseExpression(text, '--where'), columns, NOW).unreadable.join();
  };
  expect(unreadableIn('price < 500', '1.299 €', '', '980 €')).toContain(
    '"price" holds numbers like 1.234 beside whole ones',
  );
  for (const cells of [
    ['1.299', '1.500'],
    ['0.500', '12'],
    ['1.299', '12.5'],
    ['1.299,00', '12'],
    ['1.299', '1200'],
  ])
    expect(unreadableIn('price < 500', ...cells)).toBe('');
  expect(unreadableIn('price is not missing', '1.299', '980')).toBe('');
});

describe('a condition that makes no sense is refused at its position:', () => {
  test.each([
    ['cost > 5 and ¦prise < 5', 'no column "prise"; texts go in quotes'],
    ['¦genre = "x"', 'no column "genre"; did you mean "genres"?'],
    ['genres = ¦comedy', 'no column "comedy"; texts go in quotes'],
    ['¦item.country = "FR"', 'no column "country"; texts go in quotes'],
    ['¦title < 5', 'column "title" holds "Harry Potter", and no numbers'],
    ['¦title = true', 'column "title" holds "Harry Potter", and no true or false'],
    ['¦genres >= 2020-01-01', 'column "genres" holds "Comedy|Adult", and no dates'],
    ['title < ¦"M"', '"<" compares numbers with numbers, or dates with dates, and "M" is neither'],
    ['cost < ¦country', '"<" compares numbers with numbers, or dates with dates, and "country" is neither'],
    ['cost >= ¦true', '">=" compares numbers with numbers, or dates with dates, and "true" is neither'],
    ['¦cost < released', '"<" compares numbers with numbers, or dates with dates, and these are one of each'],
    ['¦cost > 2020-01-01', 'column "cost" has plain numbers, which are no dates; compare it with a number'],
    ['language = ¦"n/a"', '"n/a" counts as missing in every column; write "is missing"'],
    ['¦twin = 1', '"Twin" and "T-win" could each be meant; rename one'],
    ['¦day > 2020-01-01', 'column "day" has dates, but no cell shows which part is the day; --date-order says it'],
  ])('%s', (marked, sentence) => {
    const [before = '', behind = ''] = marked.split('¦');
    const item = [...ITEMS, ...columns({ Twin: ['1'], 'T-win': ['2'], day: ['03/04/2020', '05/06/2020'] })];
    const bind = () => bindExpression(parseExpression(before + behind, '--where'), { item, user: USERS }, NOW);
    expect(bind).toThrow(Failure);
    const place = `(character ${before.length + 1})\n  ${before}${behind}\n  ${' '.repeat(before.length)}^`;
    expect(bind).toThrow(`--where: ${sentence} ${place}`);
  });

  test('the message for an unknown column lists the existing ones', () => {
    const bind = () => bindExpression(parseExpression('x = 1', ''), { item: columns({ a: [], b: [] }), user: [] }, NOW);
    expect(bind).toThrow('^\n  columns of items: "a", "b"');
  });
});

test('a column without any value can be compared with anything, and nothing matches', () => {
  // It may have values another day.
  const empty = { item: columns({ a: ['', 'NA'] }), user: [] };
  for (const text of ['a > 1', 'a > 2020-01-01', 'a = true', 'a < "5"'])
    expect(maskOf(bindExpression(parseExpression(text, ''), empty, NOW), 2, 0)).toEqual(Uint8Array.of(0, 0));
});

test('--date-order decides which part is the day if no cell shows it', () => {
  const item = columns({ day: ['03/04/2020', '05/06/2020'] });
  const bound = bindExpression(parseExpression('day > 2020-05-01', ''), { item, user: [] }, NOW, 'month-first');
  expect(maskOf(bound, 2, 0)).toEqual(Uint8Array.of(0, 1));
});

/* The text of an expression with its meaning: a function of the cells to true, false or undefined (unknown). */
type Meaning = (item: Record<string, string>, user: Record<string, string>) => boolean | undefined;
type Expression = [text: string, meaning: Meaning];

const isMissing = (cell: string) => cell.trim() === '' || cell === 'NA';
const valuesIn = (cell: string) =>
  isMissing(cell) ? [] : [...cell.split('|'), cell].map((each) => each.trim().toLowerCase());
const CELLS = {
  n: ['1', '2', '3.5', '', 'NA'],
  m: ['2', '3', ''],
  w: ['a', 'B', 'a|c', ' b ', ''],
  v: ['b|A', 'c', ''],
};
const OPS = {
  '<': (a: number, b: number) => a < b,
  '>=': (a: number, b: number) => a >= b,
  '=': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
};

const numeric = (name: 'item.n' | 'user.n' | 'm') => {
  const [side, column] = name === 'm' ? ['user', 'm'] : name.split('.');
  return [
    name,
    (item: Record<string, string>, user: Record<string, string>) => {
      const cell = (side === 'item' ? item : user)[column ?? ''] ?? '';
      return isMissing(cell) ? undefined : Number(cell);
    },
  ] as const;
};
const comparison: fc.Arbitrary<Expression> = fc
  .tuple(
    fc.constantFrom(numeric('item.n'), numeric('user.n'), numeric('m')),
    fc.constantFrom(...Object.entries(OPS)),
    fc.oneof(fc.constantFrom('1', '2', '3.5'), fc.constantFrom(numeric('item.n'), numeric('m'))),
  )
  .map(([[left, leftOf], [op, holds], right]) => [
    `${left} ${op} ${typeof right === 'string' ? right : right[0]}`,
    (item, user) => {
      const [a, b] = [leftOf(item, user), typeof right === 'string' ? Number(right) : right[1](item, user)];
      return a === undefined || b === undefined ? undefined : holds(a, b);
    },
  ]);
const membership: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .constantFrom('a', 'B', 'c', 'x')
    .map((word): Expression => [`"${word}" in v`, ({ v = '' }) => valuesIn(v).includes(word.toLowerCase())]),
  fc
    .subarray(['A', 'b', 'c'], { minLength: 1 })
    .map(
      (words): Expression => [
        `w in (${words.map((word) => `'${word}'`).join(', ')})`,
        ({ w = '' }) => (isMissing(w) ? undefined : words.some((word) => valuesIn(w).includes(word.toLowerCase()))),
      ],
    ),
  fc.constant<Expression>([
    'item.w = user.w',
    ({ w = '' }, user) =>
      isMissing(w) || isMissing(user.w ?? '')
        ? undefined
        : valuesIn(w).some((each) => valuesIn(user.w ?? '').includes(each)),
  ]),
  fc.constant<Expression>([
    'user.w in v',
    ({ v = '' }, { w = '' }) =>
      isMissing(v) ? false : isMissing(w) ? undefined : valuesIn(v).some((each) => valuesIn(w).includes(each)),
  ]),
  fc.constant<Expression>(['item.w is missing', ({ w = '' }) => isMissing(w)]),
  fc.constant<Expression>([
    'v contains "B|"',
    ({ v = '' }) => (isMissing(v) ? undefined : v.toLowerCase().includes('b|')),
  ]),
);
const { expressions } = fc.letrec<{ expressions: Expression }>((tie) => ({
  expressions: fc.oneof(
    { maxDepth: 4 },
    comparison,
    membership,
    tie('expressions').map(
      ([text, meaning]): Expression => [
        `not (${text})`,
        (...cells) => {
          const it = meaning(...cells);
          return it === undefined ? it : !it;
        },
      ],
    ),
    fc.tuple(fc.array(tie('expressions'), { minLength: 2, maxLength: 3 }), fc.constantFrom('and', 'or')).map(
      ([parts, word]): Expression => [
        `(${parts.map(([text]) => text).join(` ${word} `)})`,
        (...cells) => {
          const all = parts.map(([, meaning]) => meaning(...cells));
          return all.includes(word === 'or') ? word === 'or' : all.includes(undefined) ? undefined : word === 'and';
        },
      ],
    ),
  ),
}));

const cellsOf = (names: (keyof typeof CELLS)[]) =>
  fc.array(fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...CELLS[name])]))), {
    minLength: 1,
    maxLength: 5,
  });
// The extra row makes n and m numbers, and w and v lists, whatever is generated.
const tableOf = (rows: Record<string, string>[], names: (keyof typeof CELLS)[]) =>
  columns(
    Object.fromEntries(
      names.map((name) => [
        name,
        [...rows.map((row) => row[name] ?? ''), CELLS[name].find((cell) => /[2|]/.test(cell)) ?? ''],
      ]),
    ),
  );

test('a generated expression matches exactly the items for which its meaning is true', () => {
  fc.assert(
    fc.property(expressions, cellsOf(['n', 'w', 'v']), cellsOf(['n', 'm', 'w']), ([text, meaning], items, users) => {
      const item = tableOf(items, ['n', 'w', 'v']);
      const user = tableOf(users, ['n', 'm', 'w']);
      const bound = bindExpression(parseExpression(text, '--where'), { item, user }, NOW);
      const keys = new Map<string, string>();
      users.forEach((cells, u) => {
        const wanted = items.map((its) => Number(meaning(its, cells) === true));
        expect([...maskOf(bound, items.length, u)]).toEqual(wanted);
        const before = keys.get(bound.userKey(u));
        if (before !== undefined) expect(wanted.join()).toBe(before);
        keys.set(bound.userKey(u), wanted.join());
      });
    }),
    { numRuns: 300 },
  );
});

test('a row filter gives each row the meaning of the expression', () => {
  fc.assert(
    fc.property(
      expressions.filter(([text]) => !/user\.|\bm\b/.test(text)),
      cellsOf(['n', 'w', 'v']),
      ([text, meaning], rows) => {
        const sample = tableOf(rows.slice(0, 1), ['n', 'w', 'v']);
        const filter = rowFilter([{ text, option: '', now: NOW, dayOrder: undefined, sample }]);
        for (const row of rows) expect(filter.takes((at) => row[sample[at]?.name ?? ''] ?? '')).toBe(meaning(row, {}));
      },
    ),
    { numRuns: 200 },
  );
});
