import { describe, expect, it } from 'vitest';
import { noAttributes } from '../../../src/dataset/attributes/attribute-table.js';
import type { Inputs } from '../../../src/dataset/inputs.js';
import { readDataset } from '../../../src/dataset/read.js';
import { IdIndex } from '../../../src/events/ids.js';
import { inputsOf, useTemporaryFolder } from '../../csv/temporary.js';
import { byDay, DAY, JANUARY, purchases, seeded, shuffled } from '../event-rows.js';

const folder = useTemporaryFolder();

const ALL = purchases(1, 0, 60);
type Row = (typeof ALL)[number];
const days = (from: number, to: number) =>
  ALL.filter(({ time }) => time >= JANUARY + from * DAY && time < JANUARY + to * DAY);

const isoTime = ({ time }: Row) => new Date(1000 * time).toISOString();
const line = (row: Row) => `u${row.user},i${row.item},${row.strength},${isoTime(row)}`;

/** The lines of a file of purchases. */
const quantities = (rows: readonly Row[]) => ['user,item,quantity,time', ...rows.map(line)];

/** The warnings about each of some files that are read as one, by the file's name. */
async function warningsOf(files: Record<string, readonly string[]>, rest: Partial<Inputs> = {}) {
  const users = Object.entries(files).map(([name, lines]) => folder.file(name, `${lines.join('\n')}\n`));
  const { reports } = await readDataset({ ...inputsOf(''), users, ...rest });
  const entries = reports.flatMap(({ table, warnings }) =>
    warnings.map((warning) => [table.path.split('/').at(-1), warning.replaceAll(folder.path('/'), '')] as const),
  );
  return entries.map(([name, warning]) => `${name}: ${warning}`);
}

describe('files whose periods overlap', () => {
  const [jan, feb] = [days(0, 31), days(28, 60)];
  const copies = days(28, 31).length;
  const found = `feb.csv: ${copies} of its rows, from 2024-01-29 to 2024-01-31, are also in jan.csv, exactly the same: they were probably exported twice, and each counts twice\n  leave them out of one of the files; --duplicates max would count only the largest row of each user and item`;

  it('cause one warning, with both files, the rows and the period', async () => {
    expect(await warningsOf({ 'jan.csv': quantities(jan), 'feb.csv': quantities(feb) })).toEqual([found]);
  });

  it('cause none if they only follow each other', async () => {
    expect(await warningsOf({ 'jan.csv': quantities(days(0, 31)), 'feb.csv': quantities(days(31, 60)) })).toEqual([]);
    expect(await warningsOf({ 'all.csv': quantities(ALL) })).toEqual([]);
  });

  it('cause one that names the line if the files were concatenated, whatever comes first, and in milliseconds', async () => {
    const milliseconds = (rows: readonly Row[]) => [
      'user,item,quantity,time',
      ...rows.map(({ user, item, strength, time }) => `u${user},i${item},${strength},${1000 * time}`),
    ];
    const again = (line: number) =>
      `all.csv: ${copies} of its rows, from 2024-01-29 to 2024-01-31, come again from line ${line} on, exactly the same: exports whose periods overlap were probably concatenated, and these rows count twice\n  leave them out of one of the exports; --duplicates max would count only the largest row of each user and item`;
    expect(await warningsOf({ 'all.csv': quantities([...jan, ...feb]) })).toEqual([again(jan.length + 2)]);
    expect(await warningsOf({ 'all.csv': quantities([...feb, ...jan]) })).toEqual([again(feb.length + 2)]);
    expect(await warningsOf({ 'all.csv': milliseconds([...jan, ...feb]) })).toEqual([again(jan.length + 2)]);
    const newestFirst = [...jan.toReversed(), ...feb.toReversed()];
    expect(await warningsOf({ 'all.csv': quantities(newestFirst) })).toEqual([again(jan.length + 2)]);
    expect(await warningsOf({ 'all.csv': quantities([...jan, ...feb]) }, { duplicates: 'last' })).toEqual([]);
    expect(await warningsOf({ 'all.csv': quantities(shuffled([...jan, ...feb])) })).toEqual([]);
  });

  it('cause one if each was sorted by users or by items before they were concatenated', async () => {
    for (const by of ['user', 'item'] as const) {
      const sorted = (rows: readonly Row[]) => quantities(rows.toSorted((a, b) => a[by] - b[by])).slice(1);
      const warnings = await warningsOf({ 'all.csv': [quantities([])[0] ?? '', ...sorted(jan), ...sorted(feb)] });
      expect(warnings).toEqual([
        expect.stringContaining(
          `${copies} of its rows, from 2024-01-29 to 2024-01-31, come again from line ${jan.length + 2} on`,
        ),
      ]);
      expect(await warningsOf({ 'all.csv': [quantities([])[0] ?? '', ...sorted(ALL)] })).toEqual([]);
    }
  });

  it('cause a warning that names the day if they share only one', async () => {
    const [warning, ...others] = await warningsOf({ 'feb.csv': quantities(days(30, 60)), 'jan.csv': quantities(jan) });
    expect(others).toEqual([]);
    expect(warning).toMatch(/^jan\.csv: \d+ of its rows, all on 2024-01-31, are also in feb\.csv, exactly the same: /);
  });

  it('cause one warning for three files, about the pair with most copies', async () => {
    const mar = purchases(3, 60, 90);
    const files = {
      'jan.csv': quantities(jan),
      'feb.csv': quantities(feb),
      'mar.csv': quantities([...days(59, 60), ...mar]),
    };
    expect(await warningsOf(files)).toEqual([found.replace('twice\n', 'twice; other files overlap, too\n')]);
    expect(await warningsOf({ ...files, 'mar.csv': quantities(mar) })).toEqual([found]);
  });

  it('are compared by what their cells mean, however the files write it', async () => {
    const seconds = feb.map((row) => `${row.strength};${1000 * row.time + 123};i${row.item};u${row.user}`);
    expect(
      await warningsOf({ 'jan.csv': quantities(jan), 'feb.csv': ['qty;timestamp;item_id;user_id', ...seconds] }),
    ).toEqual([found]);
  });

  it('cause a warning without a period if their days are numbers', async () => {
    const numbered = (rows: readonly Row[]) => [
      'user,item,quantity,day',
      ...rows.map((row) => `u${row.user},i${row.item},${row.strength},${Math.floor((row.time - JANUARY) / DAY) + 1}`),
    ];
    const warnings = await warningsOf({ 'jan.csv': numbered(jan), 'feb.csv': numbered(feb) });
    expect(warnings).toContain(found.replace(/, from .*?,/, ''));
  });

  it('cause no warning where their copies do not count', async () => {
    const files = { 'jan.csv': quantities(jan), 'feb.csv': quantities(feb) };
    for (const duplicates of ['max', 'last', 'first'] as const)
      expect(await warningsOf(files, { duplicates })).toEqual([]);
    expect(await warningsOf(files, { evidence: { since: JANUARY + 31 * DAY } })).toEqual([]);
    expect(await warningsOf(files, { evidence: { now: JANUARY + 28 * DAY } })).toEqual([]);
    const ratings = (rows: readonly Row[]) => [
      'user,item,rating,time',
      ...rows.map(
        (row) => `u${row.user},i${row.item},${1 + ((row.user + row.item * 3 + (row.time % 2)) % 5)},${isoTime(row)}`,
      ),
    ];
    const rated = { 'jan.csv': ratings(jan), 'feb.csv': ratings(feb) };
    expect(await warningsOf(rated)).toEqual([]);
    expect(await warningsOf(rated, { duplicates: 'sum' })).toEqual([found]);
  });

  it('cause a warning about ratings if their events have weights, which add up in any case', async () => {
    const weighted = (rows: readonly Row[]) => [
      'user,item,rating,time,event',
      ...rows.map(
        (row) =>
          `u${row.user},i${row.item},${1 + ((row.user + row.item * 3) % 5)},${isoTime(row)},${row.item % 2 ? 'view' : 'purchase'}`,
      ),
    ];
    const [warning] = await warningsOf({ 'jan.csv': weighted(jan), 'feb.csv': weighted(feb) });
    expect(warning).toMatch(/each counts twice\n {2}leave them out of one of the files$/);
  });

  it('cause no warning when a saved model scores their users', async () => {
    const first = { 'jan.csv': quantities(jan), 'feb.csv': quantities(feb) };
    const paths = Object.keys(first).map((name) => folder.path(name));
    expect(await warningsOf(first)).toHaveLength(1);
    const { dataset, reports } = await readDataset({ ...inputsOf(''), users: paths });
    const learned = reports.at(-1)?.interactions;
    const items = new IdIndex();
    for (const id of dataset.itemIds) items.add(id);
    const known = {
      items,
      attributes: noAttributes(0),
      groups: noAttributes(0),
      strengths: learned ? [learned] : [],
    };
    expect(await warningsOf(first, { known })).toEqual([]);
  });
});

describe('rows that are the same as the row before', () => {
  const times = (copies: number, rows = ALL) => rows.flatMap((row) => Array<Row>(copies).fill(row));
  const found = 'many rows are the same as the row before, to the second';

  it('cause a warning if there are many, since a join probably repeated them', async () => {
    expect(await warningsOf({ 'all.csv': quantities(times(2)) })).toEqual([expect.stringContaining(found)]);
    const some = [...times(3, ALL.slice(0, 900)), ...ALL.slice(900)];
    expect(await warningsOf({ 'all.csv': quantities(some) })).toEqual([expect.stringContaining(found)]);
  });

  it('cause none if there are few, if they do not count, or if times have no clock', async () => {
    expect(await warningsOf({ 'all.csv': quantities([...times(2, ALL.slice(0, 900)), ...ALL.slice(900)]) })).toEqual(
      [],
    );
    expect(await warningsOf({ 'all.csv': quantities(times(2)) }, { duplicates: 'max' })).toEqual([]);
    expect(await warningsOf({ 'all.csv': quantities(byDay(times(2))) })).toEqual([]);
    const untimed = quantities(times(2)).map((text) => text.replace(/,[^,]*$/, ''));
    expect(await warningsOf({ 'all.csv': untimed })).toEqual([]);
  });
});

describe('a file that is given twice', () => {
  const lines = quantities(days(0, 4));
  const again = (name: string) => `holds exactly the rows of ${name}: was a file given twice?`;

  it('causes a warning, in any order of its rows, with times or without', async () => {
    const text = `two.csv: ${again('one.csv')}\n  leave one of them out, or every row counts twice`;
    for (const [header = '', ...rows] of [lines, lines.map((each) => each.split(',').slice(0, 3).join())]) {
      expect(await warningsOf({ 'one.csv': [header, ...rows], 'two.csv': [header, ...shuffled(rows)] })).toEqual([
        text,
      ]);
    }
  });

  it('causes one even if nothing counts twice, since another file is probably missing', async () => {
    const files = { 'one.csv': lines, 'two.csv': lines };
    expect(await warningsOf(files, { duplicates: 'last' })).toEqual([
      `two.csv: ${again('one.csv')}\n  leave one of them out`,
    ]);
  });

  it('causes one for each copy, and none about an overlap as well', async () => {
    expect(await warningsOf({ 'a.csv': lines, 'b.csv': lines, 'c.csv': lines })).toEqual([
      expect.stringContaining(`b.csv: ${again('a.csv')}`),
      expect.stringContaining(`c.csv: ${again('a.csv')}`),
    ]);
  });

  it('causes one if it is concatenated with itself', async () => {
    const [, ...rows] = lines;
    const text = `one.csv: its rows from line ${lines.length + 1} on are exactly those from line 2 on: was a file given twice?`;
    expect(await warningsOf({ 'one.csv': [...lines, ...rows] })).toEqual([
      `${text}\n  leave one of them out, or every row counts twice`,
    ]);
    expect(await warningsOf({ 'one.csv': [...lines, ...rows] }, { duplicates: 'last' })).toEqual([
      `${text}\n  leave one of them out`,
    ]);
    const untimed = [...lines, ...rows].map((each) => each.split(',').slice(0, 3).join());
    expect(await warningsOf({ 'one.csv': untimed })).toEqual([expect.stringContaining(text)]);
  });

  it('causes one that names the lines if it comes twice among others', async () => {
    const [, ...rows] = lines;
    const other = purchases(9, 0, 20).map(line);
    expect(await warningsOf({ 'one.csv': [...lines, ...other, ...rows] })).toEqual([
      expect.stringContaining(
        `one.csv: its rows from line ${lines.length + other.length + 1} on are exactly those from line 2 on`,
      ),
    ]);
  });

  it('is an overlap if its second half is short, or lacks a row', async () => {
    const [header = '', ...rows] = lines;
    for (const text of [
      [...lines, ...rows.slice(1)],
      [...lines, ...rows.slice(1), rows[0] ?? ''],
      [header, ...rows.slice(0, 99), ...rows.slice(0, 99)],
    ]) {
      expect(await warningsOf({ 'one.csv': text })).toEqual([expect.stringContaining('exports whose periods overlap')]);
    }
  });

  it('causes none if its second half has another order, or is not the same', async () => {
    const [header = '', ...rows] = lines;
    const views = (name: string) => rows.map((row) => `${row},${name}`);
    for (const text of [
      [...lines, ...shuffled(rows)],
      [`${header},event`, ...views('view'), ...views('purchase')],
    ]) {
      expect(await warningsOf({ 'one.csv': text })).toEqual([]);
    }
  });
});

describe('rows without times', () => {
  it('cause no warning where purchases are among the views', async () => {
    const random = seeded(2);
    const views = Array.from({ length: 3000 }, () => `u${random(200)},i${random(100)}`);
    const bought = views.filter((_, at) => at % 5 === 0);
    expect(await warningsOf({ 'views.csv': ['user,item', ...views], 'bought.csv': ['user,item', ...bought] })).toEqual(
      [],
    );
  });
});
