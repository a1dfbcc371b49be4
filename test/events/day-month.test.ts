import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadRow } from '../../src/csv/bad-rows.js';
import { readDataset } from '../../src/dataset/read.js';
import { dateEndingWithYear, mayBeSwapped, partedSeconds, partedText } from '../../src/events/day-month.js';
import { TimeColumn } from '../../src/events/times.js';
import { ExitCode } from '../../src/failure.js';
import { inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();
const at = (...parts: Parameters<typeof Date.UTC>) => Date.UTC(...parts) / 1000;

test.each([
  ['24/12/2011', 'day-first', at(2011, 11, 24)],
  ['12/24/2011', 'month-first', at(2011, 11, 24)],
  ['24.12.2011 08:26', 'day-first', at(2011, 11, 24, 8, 26)],
  ['3.4.2011', 'day-first', at(2011, 3, 3)],
  ['29-02-2012 23:59:59', 'day-first', at(2012, 1, 29, 23, 59, 59)],
  ['12/24/2011 8:26 PM', 'month-first', at(2011, 11, 24, 20, 26)],
  ['12/24/2011 8:26 p.m.', 'month-first', at(2011, 11, 24, 20, 26)],
  ['24.12.2011, 20:26 Uhr', 'day-first', at(2011, 11, 24, 20, 26)],
  ['24. 12. 2011', 'day-first', at(2011, 11, 24)],
  ['24.12.2011 klo 20.26', 'day-first', at(2011, 11, 24, 20, 26)],
  ['24/12/2011 à 20h26', 'day-first', at(2011, 11, 24, 20, 26)],
  ['12/24/2011, 12:00:00 am', 'month-first', at(2011, 11, 24)],
])('%s is unambiguous and %s', (cell, order, seconds) => {
  const date = dateEndingWithYear(cell);
  expect(date?.order).toBe(order);
  expect(partedSeconds(date?.code ?? 0, date?.order ?? 'day-first')).toBe(seconds);
});

test.each([
  '31/4/2011',
  '2/30/2011',
  '29/2/2011',
  '13/13/2011',
  '0/1/2011',
  '1-2-11',
  '1/2/111',
  '1/2-2011',
  '12.24.2011',
  '1/2/2011 24:00',
  '1/2/2011 13:00 PM',
])('%s is not a date', (cell) => {
  expect(dateEndingWithYear(cell)).toBeUndefined();
});

test('any day and time is read back correctly, with the day or the month first', () => {
  const days = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(days, (date) => {
      const [day, month, year] = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear()];
      const clock = date.toISOString().slice(11, 19);
      const four = String(year).padStart(4, '0');
      const dayFirst = dateEndingWithYear(`${day}/${month}/${four} ${clock}`);
      const monthFirst = dateEndingWithYear(`${month}/${day}/${four} ${clock}`);
      const seconds = Math.floor(date.getTime() / 1000);
      expect(partedSeconds(dayFirst?.code ?? 0, 'day-first')).toBe(seconds);
      expect(partedSeconds(monthFirst?.code ?? 0, 'month-first')).toBe(seconds);
      expect(dayFirst?.order).toBe(day > 12 ? 'day-first' : undefined);
      expect(partedText(dayFirst?.code ?? 0)).toBe(`${day}/${month}/${year}`);
    }),
  );
});

test('an unambiguous cell fixes the order of day and month in its column', () => {
  const column = new TimeColumn('when');
  column.read('3/4/2011');
  column.read('13/4/2011');
  expect(() => column.read('4/13/2011')).toThrow(BadRow);
  expect(() => column.read('4/13/2011')).toThrow('column "when": "4/13/2011" is no date with the day first');
  expect(() => column.read('2011-04-13')).toThrow('where the rows before have a date like 24/12/2011');
  expect(column.seen.dayOrder).toBe('day-first');
});

const timesOf = async (dates: readonly string[], dayOrder?: 'day-first' | 'month-first') => {
  const rows = dates.map((date, row) => `u${row},i,${date}`);
  const path = folder.file('e.csv', `user,item,date\n${rows.join('\n')}\n`);
  const { dataset } = await readDataset(inputsOf(path, { dayOrder }));
  return [...(dataset.times ?? [])];
};

test('a day above 12 anywhere in a column settles the order for the cells before and after it', async () => {
  expect(await timesOf(['1/2/2020', '13/2/2020', '', '3/4/2020'])).toEqual([
    at(2020, 1, 1),
    at(2020, 1, 13),
    Number.NaN,
    at(2020, 3, 3),
  ]);
  expect(await timesOf(['1/2/2020', '2/13/2020'])).toEqual([at(2020, 0, 2), at(2020, 1, 13)]);
});

test('a column without a day above 12 is refused with the row and the way out, unless --date-order is given', async () => {
  await expect(timesOf(['', '3/4/2020'])).rejects.toMatchObject({
    exitCode: ExitCode.badData,
    message: expect.stringMatching(/e\.csv:3: column "date": .*3\/4\/2020.*\n.*--date-order day-first or month-first/),
  });
  expect(await timesOf(['3/4/2020'], 'day-first')).toEqual([at(2020, 3, 3)]);
  expect(await timesOf(['3/4/2020'], 'month-first')).toEqual([at(2020, 2, 4)]);
  await expect(timesOf(['13/4/2020'], 'month-first')).rejects.toThrow(
    'e.csv:2: column "date": "13/4/2020" is no date with the month first',
  );
});

const warningsOf = async (dates: readonly string[], dayOrder?: 'day-first' | 'month-first') => {
  const path = folder.file(
    'w.csv',
    `user,item,date\n${dates.map((date, at) => `u${at % 3},i${at},${date}`).join('\n')}\n`,
  );
  const { reports } = await readDataset({ ...inputsOf(path), dayOrder });
  return reports.flatMap(({ warnings }) => warnings).filter((warning) => warning.includes('a spreadsheet may have'));
};

test.each([
  // A spreadsheet has read days up to 12 as months and left the other dates as text.
  [['3/4/2024', '4/5/2024', '13/04/2024', '25/12/2024']],
  [['03/04/2024', '05/04/2024', '13.04.2024', '25.12.2024']],
  [['03/04/2024', '05/04/2024', '13.04.2024', '05.11.2024']],
  [['03-04-2024 12:30', '13/04/2024 12:30']],
  [['4/13/2024', '4/25/2024', '04/05/2024', '04/03/2024']],
  [['3/4/24', '04/13/24']],
])('%j give a warning: the dates that settle the order are written differently from the others', async (dates) => {
  const warnings = await warningsOf(dates);
  expect(warnings).toEqual([expect.stringContaining('"date" has dates written in two ways')]);
  const order = /--date-order (day-first|month-first) says/.exec(warnings[0] ?? '')?.[1] as 'day-first';
  expect(await warningsOf(dates, order)).toEqual([]);
});

test.each([
  [['03/04/2024', '13/04/2024', '25/12/2024', '10/11/2024']],
  [['3/4/2024', '13/4/2024', '25/12/2024', '10/11/2024', '1/10/2024']],
  [['3/4/2024', '4/13/2024', '12/25/2024', '10/11/2024', '10/1/2024']],
  // Days have a leading zero, months do not.
  [['3/04/2024', '4/13/2024', '12/25/2024', '10/11/2024', '12/09/2024']],
  [['3.4.2024', '03.04.2024', '13.4.2024', '13.04.2024']],
  [['3/4/2024', '25/3/2024', '03/05/2024', '14/03/2024']],
  [['2024-04-03', '2024-04-13']],
])('%j give no warning: they have one spelling, or a day above 12 in each', async (dates) => {
  expect(await warningsOf(dates)).toEqual([]);
});

test('a date with the year first is refused below dates with the year last', async () => {
  await expect(warningsOf(['03/04/2024', '13/04/2024', '2024-04-03'])).rejects.toMatchObject({
    message: expect.stringMatching(/w\.csv:4: .*"2024-04-03", where the rows before have a date like/),
  });
});

test('suspicious spellings are found even if they are in separate ranges of a file', () => {
  const [first, second] = [new TimeColumn('date'), new TimeColumn('date')];
  first.read('3/4/2024');
  second.read('13/04/2024');
  expect(first.append(second.seen)).toBe(true);
  expect(mayBeSwapped(first.seen.ambiguousSpellings, first.seen.clearSpellings)).toBe(true);
});
