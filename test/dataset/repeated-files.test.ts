import { describe, expect, it } from 'vitest';
import { repeatedFiles, repeatsItself } from '../../src/dataset/repeated-files.js';
import { type EventRow, eventsOf, purchases, shuffled } from './event-rows.js';

const MAY: EventRow[] = purchases(1, 0, 5).map((row, at) => ({ ...row, weight: 1 + (at % 2) }));

function repeated(...files: readonly (readonly EventRow[])[]) {
  const { events, files: ranges } = eventsOf(files);
  return repeatedFiles(events, ranges);
}

/** May with one row changed. */
const but = (change: Partial<EventRow>) => MAY.map((row, at) => (at === 77 ? { ...row, ...change } : row));

describe('repeatedFiles', () => {
  it('finds a file that was copied, also with its rows in another order', () => {
    expect(repeated(MAY, MAY)).toEqual([{ file: 1, of: 0 }]);
    expect(repeated(MAY, purchases(2, 0, 5), shuffled(MAY))).toEqual([{ file: 2, of: 0 }]);
  });

  it('names the first of several copies, and finds copies of several files', () => {
    const june = purchases(3, 5, 9);
    expect(repeated(MAY, june, MAY, shuffled(june), MAY)).toEqual([
      { file: 2, of: 0 },
      { file: 3, of: 1 },
      { file: 4, of: 0 },
    ]);
  });

  it('finds no copy if one row differs in any column', () => {
    const { user, item, time = 0, strength = 0, weight = 0 } = MAY[77] ?? { user: 0, item: 0 };
    for (const change of [
      ...[{ user: user + 1 }, { item: item + 1 }, { time: time + 1 }, { weight: weight + 1 }],
      ...[{ strength: strength + 0.5 }, { strength: Number.NaN }, { time: Number.NaN }, { weight: -weight }],
    ]) {
      expect(repeated(MAY, but(change)), JSON.stringify(change)).toEqual([]);
    }
    // The same sums of all columns.
    const swapped = MAY.map((row, at) => ({ ...row, user: MAY[MAY.length - 1 - at]?.user ?? 0 }));
    expect(repeated(MAY, swapped)).toEqual([]);
  });

  it('tells a missing number from 0, and fractions from each other', () => {
    for (const [one, other] of [
      [0, Number.NaN],
      [0.5, 0.25],
      [1.1, 1.2],
      [3e9, 3e9 + 1],
    ]) {
      const file = (strength: number | undefined) => but({ strength: strength ?? 0 });
      expect(repeated(file(one), file(other)), `${one} ${other}`).toEqual([]);
      expect(repeated(file(one), file(one))).toHaveLength(1);
    }
  });

  it('ignores fractions of seconds, of which exports keep more or fewer digits', () => {
    expect(
      repeated(
        MAY,
        MAY.map((row) => ({ ...row, time: (row.time ?? 0) + 0.25 })),
      ),
    ).toHaveLength(1);
  });

  it('takes equal files of fewer than 100 rows for coincidence', () => {
    expect(repeated(MAY.slice(0, 100), MAY.slice(0, 100))).toHaveLength(1);
    expect(repeated(MAY.slice(0, 99), MAY.slice(0, 99))).toEqual([]);
    expect(repeated([], [])).toEqual([]);
  });

  it('finds copies of files with very many rows', () => {
    const many = Array.from({ length: 40_000 }, (_, k) => ({ user: (k * 7) % 1000, item: (k * k) % 777 }));
    const last = many.map((row, at) => (at === 39_999 ? { ...row, item: row.item + 1 } : row));
    expect(repeated(many, last, shuffled(many))).toEqual([{ file: 2, of: 0 }]);
  });
});

describe('repeatsItself', () => {
  const of = (rows: readonly EventRow[]) => repeatsItself(eventsOf([rows]).events);

  it('is true of rows that are followed by the same rows in the same order, and of no others', () => {
    expect(of([...MAY, ...MAY])).toBe(true);
    expect(of([...MAY, ...shuffled(MAY)])).toBe(false);
    expect(of([...MAY, ...but({ weight: 7 })])).toBe(false);
    expect(of([...MAY, ...MAY.slice(1)])).toBe(false);
    expect(of(MAY)).toBe(false);
    expect(of([...MAY.slice(0, 99), ...MAY.slice(0, 99)])).toBe(false);
    expect(of([])).toBe(false);
  });
});
