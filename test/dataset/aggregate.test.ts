import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateEvents } from '../../src/dataset/aggregate.js';
import type { Duplicates, Ratings } from '../../src/dataset/strengths/strength-rule.js';
import { IdIndex } from '../../src/events/ids.js';
import { placesOf } from '../../src/events/merged-events.js';
import { ExitCode } from '../../src/failure.js';
import { named } from '../csv/temporary.js';
import { readText } from '../events/read-text.js';

/** Aggregates rows of `user item [rating] [time] [event]` with cells separated by spaces; `_` is an empty cell. The first row is line 2. */
function aggregated(header: string, rows: string[], duplicates?: Duplicates, ratings: Ratings = 'auto') {
  const names = header.split(' ');
  const at = (name: string) => (names.includes(name) ? names.indexOf(name) : undefined);
  const roles = Object.fromEntries(
    ['user', 'item', 'rating', 'time', 'event'].flatMap((role) => (at(role) === undefined ? [] : [[role, at(role)]])),
  );
  const users = new IdIndex();
  const items = new IdIndex();
  const text = rows.map((row) => row.split(' ').map((cell) => (cell === '_' ? '' : cell)));
  const { events } = readText(text.map((cells) => `${cells.join(' ')}\n`).join(''), names, roles, { users, items });
  const wish = { duplicates, ratings, unrated: undefined };
  const placeOf = placesOf([{ path: 'e.csv', events }]);
  const result = aggregateEvents(events, { users, items }, wish, 'rating', placeOf);
  return { ...result.report, cells: named(result.interactions, users.ids, items.ids) };
}

const LIKE = 1;
const DISLIKE = -0.5;
/** Rows of another user that make the ratings thumbs, -1 and 1. */
const THUMBS = ['z a 1', 'z b 1', 'z c 1', 'z d -1', 'z e 1', 'z f 1'];

describe('aggregateEvents', () => {
  it.each([
    ['first', DISLIKE],
    ['last', LIKE],
    ['max', LIKE],
    [undefined, LIKE],
  ] as const)('aggregates ratings by %s in the order of the file if there are no times', (duplicates, value) => {
    const { cells, repeated, rule } = aggregated(
      'user item rating',
      [...THUMBS, 'u a -1', 'u a 1', 'u a 1'],
      duplicates,
    );
    expect(rule.kind).toBe('thumbs');
    expect(cells.u).toEqual({ a: value });
    expect(repeated).toBe(2);
  });

  it.each([
    ['first', LIKE],
    ['last', DISLIKE],
    ['max', LIKE],
    [undefined, DISLIKE],
  ] as const)('aggregates ratings by %s in the order of their times', (duplicates, value) => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a -1 300', 'u a 1 100', 'u a 1 200'];
    expect(aggregated('user item rating time', rows, duplicates).cells.u).toEqual({ a: value });
  });

  it('keeps the highest rating under max, whatever the order', () => {
    expect(aggregated('user item rating', [...THUMBS, 'u a 1', 'u a -1'], 'max').cells.u).toEqual({ a: LIKE });
    expect(aggregated('user item rating', [...THUMBS, 'u a 1', 'u a -1'], 'last').cells.u).toEqual({ a: DISLIKE });
  });

  it('orders rows with equal times as in the file', () => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a 1 7', 'u a -1 7'];
    expect(aggregated('user item rating time', rows, 'last').cells.u).toEqual({ a: DISLIKE });
    expect(aggregated('user item rating time', rows, 'first').cells.u).toEqual({ a: LIKE });
  });

  it('treats a row without a time as the earliest', () => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a 1 -7', 'u a -1 _'];
    expect(aggregated('user item rating time', rows, 'last').cells.u).toEqual({ a: LIKE });
    expect(aggregated('user item rating time', rows, 'first').cells.u).toEqual({ a: DISLIKE });
  });

  it('ignores empty ratings of a pair that has a rating, under first and last', () => {
    const rows = [...THUMBS, 'u a _', 'u a -1', 'u a _', 'u b _'];
    expect(aggregated('user item rating', rows, undefined).cells.u).toEqual({ a: DISLIKE, b: LIKE });
    expect(aggregated('user item rating', rows, 'first').cells.u).toEqual({ a: DISLIKE, b: LIKE });
  });

  it('sums counts, so a fully returned item has strength 0', () => {
    const rows = ['u a 6', 'u a -6', 'u b 12', 'u b -2', 'v a 1', 'v b 100'];
    const { cells, duplicates } = aggregated('user item rating', rows, undefined);
    expect(duplicates).toBe('sum');
    expect(cells).toEqual({ u: { a: 0, b: 1.5 }, v: { a: 1, b: 2 } });
  });

  it('keeps the first, last or largest count if --duplicates says so', () => {
    expect(aggregated('user item rating', ['u a 10', 'u a -6', 'v b 90'], 'last').cells.u).toEqual({ a: 0 });
    expect(aggregated('user item rating', ['u a 10', 'u a -6', 'v b 90'], 'first').cells.u).toEqual({ a: 1.5 });
    expect(aggregated('user item rating', ['u a -6', 'u a 10', 'v b 90'], 'max').cells.u).toEqual({ a: 1.5 });
  });

  it('counts rows if there is no strength column', () => {
    const rows = ['u a', ...new Array<string>(10).fill('v b')];
    const { cells, rule, repeated, withoutStrength } = aggregated('user item', rows, undefined);
    expect(cells).toEqual({ u: { a: 1 }, v: { b: 1.5 } });
    expect([rule.kind, repeated, withoutStrength]).toEqual(['count', 9, 0]);
    expect(aggregated('user item', rows, 'last').cells).toEqual({ u: { a: 1 }, v: { b: 1 } });
  });

  it('treats a row without a rating as liked, and counts such rows', () => {
    const { cells, withoutStrength } = aggregated('user item rating', [...THUMBS, 'u a _', 'u b -1'], undefined);
    expect(cells.u).toEqual({ a: LIKE, b: DISLIKE });
    expect(withoutStrength).toBe(1);
  });

  it('gives corresponding grades the same strength in stars and in half stars', () => {
    const stars = ['z a 1', 'z b 3', 'z c 4', 'z d 4', 'u a 2', 'y a 5'];
    const halves = stars.map((row) => row.replace(/\d$/, (grade) => String(Number(grade) * 2)));
    const inStars = aggregated('user item rating', ['x a 1', ...stars], undefined);
    const inHalves = aggregated('user item rating', ['x a 2', ...halves], undefined, 'scale');
    // The values 2 to 10 are read as a scale from 1 to 10, whose span is 9 and not 8.
    expect(inStars.rule).toEqual({ kind: 'scale', low: 1, high: 5 });
    expect(inHalves.rule).toEqual({ kind: 'scale', low: 1, high: 10 });
    expect((inHalves.cells.u!.a! - 1) * 9).toBeCloseTo((inStars.cells.u!.a! - 1) * 8, 5);
  });

  it('reads ratings as a scale or as counts, as --ratings says', () => {
    const rows = ['u a 4', 'u a 5', 'u b 3', 'v a 4', 'v b 4'];
    expect(aggregated('user item rating', rows, undefined)).toMatchObject({
      duplicates: 'last',
      rule: { kind: 'scale' },
    });
    const counted = aggregated('user item rating', rows, undefined, 'count');
    expect(counted.duplicates).toBe('sum');
    expect(counted.cells.u!.a).toBeCloseTo(1 + Math.log10(9) / 2, 6);
  });

  it('sums the weights of the event types of a pair like counts', () => {
    const rows = ['u a view', 'u a view', 'u a cart', 'u a purchase', 'u b view', 'v a purchase'];
    const { cells } = aggregated('user item event', rows);
    expect(cells).toEqual({ u: { a: 1.5, b: 1 }, v: { a: Math.fround(1 + Math.log10(5) / 2) } });
  });

  it('gives a refunded purchase strength 0, and makes a pair with a dislike disliked in spite of views', () => {
    const rows = ['u a purchase', 'u a refund', 'u b view', 'u b view', 'u b dislike', 'u c dislike'];
    expect(aggregated('user item event', rows).cells).toEqual({ u: { a: 0, b: DISLIKE, c: DISLIKE } });
  });

  it('multiplies a count by the weight of its event type', () => {
    const rows = ['u a 20 purchase', 'u b 3 view', 'u b 7 view', 'v a _ cart', 'v b 7 cart'];
    const { cells } = aggregated('user item rating event', rows);
    expect(cells.u).toEqual({ a: 2, b: 1.5 });
    expect(cells.v!.a).toBeCloseTo(1 + Math.log10(3) / 2, 6);
  });

  it('multiplies the strength of a rating by that of the event types of the pair', () => {
    const rows = ['u a _ view', 'u a _ purchase', 'u a 5 rate', 'u a _ cart', 'u b _ view', 'v a 3 rate', 'v b 4 rate'];
    const rating = aggregated('user item rating', ['u a 5', 'v a 3', 'v b 4', 'u b _']).cells;
    const { cells } = aggregated('user item rating event', rows);
    expect(cells.u!.a).toBeCloseTo(1.5 * rating.u!.a!, 6);
    expect([cells.u!.b, cells.v]).toEqual([1, rating.v]);
  });

  it('equals a slow sum of weights times quantities by pair', () => {
    const weightOf = { view: 1, wishlist: 2, cart: 3, buy: 5, unlike: -2, refund: -5 };
    const row = fc.record({
      user: fc.constantFrom('u', 'v', 'w'),
      item: fc.constantFrom('a', 'b', 'c'),
      quantity: fc.constantFrom(-40, 1, 2, 12, 300),
      type: fc.constantFrom(...(Object.keys(weightOf) as (keyof typeof weightOf)[])),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const lines = rows.map(({ user, item, quantity, type }) => `${user} ${item} ${quantity} ${type}`);
        const { cells } = aggregated('user item rating event', lines, undefined, 'count');
        const sums: Record<string, Record<string, number>> = {};
        for (const { user, item, quantity, type } of rows) {
          sums[user] ??= {};
          // For a type with a negative weight, a quantity of -2 means the same as 2.
          const times = weightOf[type] < 0 ? Math.abs(quantity) : quantity;
          sums[user][item] = (sums[user][item] ?? 0) + times * weightOf[type];
        }
        const strength = (sum: number) => (sum < 0 ? DISLIKE : sum === 0 ? 0 : Math.min(4, 1 + Math.log10(sum) / 2));
        for (const [user, items] of Object.entries(sums)) {
          expect(Object.keys(cells[user] ?? {}).sort()).toEqual(Object.keys(items).sort());
          for (const [item, sum] of Object.entries(items)) expect(cells[user]![item]).toBeCloseTo(strength(sum), 5);
        }
      }),
    );
  });

  it('treats a pair as disliked if its rating or its event types say so', () => {
    const rows = ['u a -1 purchase', 'u b 1 dislike', 'u c 1 purchase', 'v a 1 view', 'v b 1 view'];
    const { cells, rule } = aggregated('user item rating event', rows);
    expect(rule.kind).toBe('thumbs');
    expect(cells.u).toEqual({ a: DISLIKE, b: DISLIKE, c: Math.fround(1 + Math.log10(5) / 2) });
  });

  it('refuses a repeated pair under --duplicates error, naming both lines', () => {
    const run = () => aggregated('user item', ['u a', 'v a', 'u b', 'u a', 'u b'], 'error');
    expect(run).toThrow(
      expect.objectContaining({
        exitCode: ExitCode.badData,
        message: expect.stringMatching(/^e\.csv:5: user "u" and item "a" are already on line 2/),
      }),
    );
  });

  it('accepts distinct pairs under --duplicates error', () => {
    expect(aggregated('user item', ['u a', 'v a', 'u b'], 'error').cells).toEqual({ u: { a: 1, b: 1 }, v: { a: 1 } });
  });
});
