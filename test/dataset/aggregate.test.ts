import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateEvents } from '../../src/dataset/aggregate.js';
import type { Duplicates, Ratings } from '../../src/dataset/strengths/strength-rule.js';
import { IdIndex } from '../../src/events/ids.js';
import { placesOf } from '../../src/events/merged-events.js';
import { ExitCode } from '../../src/failure.js';
import { named } from '../csv/temporary.js';
import { readText } from '../events/read-text.js';

/** Folds rows of `user item [rating] [time] [event]`, cut at spaces; `_` is an empty cell. The first row stands on line 2. */
function folded(header: string, rows: string[], duplicates?: Duplicates, ratings: Ratings = 'auto') {
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
  const result = aggregateEvents(events, users.ids, items.ids, wish, 'rating', placeOf);
  return { ...result, cells: named(result.matrix, users.ids, items.ids) };
}

const L = 1;
const D = -0.5;
/** Makes the column thumbs, -1 and 1, without touching user u. */
const THUMBS = ['z a 1', 'z b 1', 'z c 1', 'z d -1', 'z e 1', 'z f 1'];

describe('aggregateEvents', () => {
  it.each([
    ['first', D],
    ['last', L],
    ['max', L],
    [undefined, L],
  ] as const)('folds ratings by %s in the order of the file where there are no times', (way, value) => {
    const { cells, repeated, rule } = folded('user item rating', [...THUMBS, 'u a -1', 'u a 1', 'u a 1'], way);
    expect(rule.kind).toBe('thumbs');
    expect(cells.u).toEqual({ a: value });
    expect(repeated).toBe(2);
  });

  it.each([
    ['first', L],
    ['last', D],
    ['max', L],
    [undefined, D],
  ] as const)('folds ratings by %s in the order of their times', (way, value) => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a -1 300', 'u a 1 100', 'u a 1 200'];
    expect(folded('user item rating time', rows, way).cells.u).toEqual({ a: value });
  });

  it('lets max find the highest rating wherever it stands', () => {
    expect(folded('user item rating', [...THUMBS, 'u a 1', 'u a -1'], 'max').cells.u).toEqual({ a: L });
    expect(folded('user item rating', [...THUMBS, 'u a 1', 'u a -1'], 'last').cells.u).toEqual({ a: D });
  });

  it('takes equal times in the order of the file', () => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a 1 7', 'u a -1 7'];
    expect(folded('user item rating time', rows, 'last').cells.u).toEqual({ a: D });
    expect(folded('user item rating time', rows, 'first').cells.u).toEqual({ a: L });
  });

  it('takes a row without a time for earlier than every other', () => {
    const rows = [...THUMBS.map((row) => `${row} 1`), 'u a 1 -7', 'u a -1 _'];
    expect(folded('user item rating time', rows, 'last').cells.u).toEqual({ a: L });
    expect(folded('user item rating time', rows, 'first').cells.u).toEqual({ a: D });
  });

  it('takes an empty rating for none, beside one that is known, first or last', () => {
    const rows = [...THUMBS, 'u a _', 'u a -1', 'u a _', 'u b _'];
    expect(folded('user item rating', rows, undefined).cells.u).toEqual({ a: D, b: L });
    expect(folded('user item rating', rows, 'first').cells.u).toEqual({ a: D, b: L });
  });

  it('adds counts up, so that what was returned is merely had', () => {
    const rows = ['u a 6', 'u a -6', 'u b 12', 'u b -2', 'v a 1', 'v b 100'];
    const { cells, duplicates } = folded('user item rating', rows, undefined);
    expect(duplicates).toBe('sum');
    expect(cells).toEqual({ u: { a: 0, b: 1.5 }, v: { a: 1, b: 2 } });
  });

  it('keeps to the last count where that is asked for', () => {
    expect(folded('user item rating', ['u a 10', 'u a -6', 'v b 90'], 'last').cells.u).toEqual({ a: 0 });
    expect(folded('user item rating', ['u a 10', 'u a -6', 'v b 90'], 'first').cells.u).toEqual({ a: 1.5 });
    expect(folded('user item rating', ['u a -6', 'u a 10', 'v b 90'], 'max').cells.u).toEqual({ a: 1.5 });
  });

  it('takes rows without a strength column for plain interactions, several of a pair for as many', () => {
    const rows = ['u a', ...new Array<string>(10).fill('v b')];
    const { cells, rule, repeated, withoutStrength } = folded('user item', rows, undefined);
    expect(cells).toEqual({ u: { a: 1 }, v: { b: 1.5 } });
    expect([rule.kind, repeated, withoutStrength]).toEqual(['count', 9, 0]);
    expect(folded('user item', rows, 'last').cells).toEqual({ u: { a: 1 }, v: { b: 1 } });
  });

  it('takes a row without a rating for liked, and counts it', () => {
    const { cells, withoutStrength } = folded('user item rating', [...THUMBS, 'u a _', 'u b -1'], undefined);
    expect(cells.u).toEqual({ a: L, b: D });
    expect(withoutStrength).toBe(1);
  });

  it('weighs the same grade the same whatever unit the scale is in', () => {
    const stars = ['z a 1', 'z b 3', 'z c 4', 'z d 4', 'u a 2', 'y a 5'];
    const halves = stars.map((row) => row.replace(/\d$/, (grade) => String(Number(grade) * 2)));
    const inStars = folded('user item rating', ['x a 1', ...stars], undefined);
    const inHalves = folded('user item rating', ['x a 2', ...halves], undefined, 'scale');
    // 2 to 10 is a scale from 1 to 10, whose span is 9 and not 8.
    expect(inStars.rule).toEqual({ kind: 'scale', low: 1, high: 5 });
    expect(inHalves.rule).toEqual({ kind: 'scale', low: 1, high: 10 });
    expect((inHalves.cells.u!.a! - 1) * 9).toBeCloseTo((inStars.cells.u!.a! - 1) * 8, 5);
  });

  it('folds and weighs as --ratings says', () => {
    const rows = ['u a 4', 'u a 5', 'u b 3', 'v a 4', 'v b 4'];
    expect(folded('user item rating', rows, undefined)).toMatchObject({ duplicates: 'last', rule: { kind: 'scale' } });
    const counted = folded('user item rating', rows, undefined, 'count');
    expect(counted.duplicates).toBe('sum');
    expect(counted.cells.u!.a).toBeCloseTo(1 + Math.log10(9) / 2, 6);
  });

  it('adds up what the types of a pair weigh, as a count', () => {
    const rows = ['u a view', 'u a view', 'u a cart', 'u a purchase', 'u b view', 'v a purchase'];
    const { cells } = folded('user item event', rows);
    expect(cells).toEqual({ u: { a: 1.5, b: 1 }, v: { a: Math.fround(1 + Math.log10(5) / 2) } });
  });

  it('takes a purchase that was given back for had, and a dislike for one, views or no', () => {
    const rows = ['u a purchase', 'u a refund', 'u b view', 'u b view', 'u b dislike', 'u c dislike'];
    expect(folded('user item event', rows).cells).toEqual({ u: { a: 0, b: D, c: D } });
  });

  it('multiplies a count by the weight of its type', () => {
    const rows = ['u a 20 purchase', 'u b 3 view', 'u b 7 view', 'v a _ cart', 'v b 7 cart'];
    const { cells } = folded('user item rating event', rows);
    expect(cells.u).toEqual({ a: 2, b: 1.5 });
    expect(cells.v!.a).toBeCloseTo(1 + Math.log10(3) / 2, 6);
  });

  it('lets the weights of a pair multiply the strength of its rating', () => {
    const rows = ['u a _ view', 'u a _ purchase', 'u a 5 rate', 'u a _ cart', 'u b _ view', 'v a 3 rate', 'v b 4 rate'];
    const rating = folded('user item rating', ['u a 5', 'v a 3', 'v b 4', 'u b _']).cells;
    const { cells } = folded('user item rating event', rows);
    expect(cells.u!.a).toBeCloseTo(1.5 * rating.u!.a!, 6);
    expect([cells.u!.b, cells.v]).toEqual([1, rating.v]);
  });

  it('agrees with weights times quantities added up pair by pair, whatever the rows', () => {
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
        const { cells } = folded('user item rating event', lines, undefined, 'count');
        const sums: Record<string, Record<string, number>> = {};
        for (const { user, item, quantity, type } of rows) {
          sums[user] ??= {};
          // A return of -2 is a return of 2.
          const times = weightOf[type] < 0 ? Math.abs(quantity) : quantity;
          sums[user][item] = (sums[user][item] ?? 0) + times * weightOf[type];
        }
        const strength = (sum: number) => (sum < 0 ? D : sum === 0 ? 0 : Math.min(4, 1 + Math.log10(sum) / 2));
        for (const [user, items] of Object.entries(sums)) {
          expect(Object.keys(cells[user] ?? {}).sort()).toEqual(Object.keys(items).sort());
          for (const [item, sum] of Object.entries(items)) expect(cells[user]![item]).toBeCloseTo(strength(sum), 5);
        }
      }),
    );
  });

  it('takes a pair for disliked where either its rating or its types say so', () => {
    const rows = ['u a -1 purchase', 'u b 1 dislike', 'u c 1 purchase', 'v a 1 view', 'v b 1 view'];
    const { cells, rule } = folded('user item rating event', rows);
    expect(rule.kind).toBe('thumbs');
    expect(cells.u).toEqual({ a: D, b: D, c: Math.fround(1 + Math.log10(5) / 2) });
  });

  it('refuses a repeated pair under error, naming both lines', () => {
    const run = () => folded('user item', ['u a', 'v a', 'u b', 'u a', 'u b'], 'error');
    expect(run).toThrow(
      expect.objectContaining({
        exitCode: ExitCode.badData,
        message: expect.stringMatching(/^e\.csv:5: user "u" and item "a" are already on line 2/),
      }),
    );
  });

  it('accepts distinct pairs under error', () => {
    expect(folded('user item', ['u a', 'v a', 'u b'], 'error').cells).toEqual({ u: { a: 1, b: 1 }, v: { a: 1 } });
  });
});
