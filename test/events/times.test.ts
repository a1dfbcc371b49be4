import { describe, expect, it } from 'vitest';
import { BadRow } from '../../src/csv/bad-rows.js';
import { partedSeconds } from '../../src/events/day-month.js';
import { TimeColumn } from '../../src/events/times.js';

/** Reads cells into one column. @returns their seconds since 1970. */
function secondsOf(...cells: string[]): number[] {
  const column = new TimeColumn('when');
  const values = cells.map((cell) => column.read(cell));
  return values.map((value) => column.seconds(value));
}

const NOON = Date.UTC(2011, 11, 9, 12, 50) / 1000;

describe('TimeColumn', () => {
  it.each([
    ['964982703', 's', 964982703],
    ['964982703.5', 's', 964982703.5],
    ['1433221332117', 'ms', 1433221332.117],
    ['1433221332117000', 'µs', 1433221332.117],
    ['9.64982703e+08', 's', 964982703],
    ['-86400', 's', -86400],
    ['1323435000000000000', 'ns', 1323435000],
  ])('infers the unit of %s from its size: %s', (cell, unit, seconds) => {
    const column = new TimeColumn('when');
    const value = column.read(cell);
    expect(column.unit).toBe(unit);
    expect(column.seconds(value)).toBeCloseTo(seconds, 3);
  });

  it('infers the unit from the largest number, so a small number among milliseconds is in milliseconds too', () => {
    expect(secondsOf('5000', '1433221332117')).toEqual([5, 1433221332.117]);
  });

  it.each([
    ['2011-12-09 12:50:00', NOON],
    ['2011-12-09 12:50', NOON],
    ['2011-12-09T12:50:00Z', NOON],
    ['2011-12-09T12:50:00.250Z', NOON + 0.25],
    ['2011-12-09 12:50:00,5', NOON + 0.5],
    ['2011-12-09 12:50:00 UTC', NOON],
    ['2011-12-09T14:50:00+02:00', NOON],
    ['2011-12-09 14:50:00 EET', NOON],
    ['2011-12-09 07:50:00 EST', NOON],
    ['2011-12-09 12:50 PM', NOON],
    ['2011-12-09 12:50:00 +0000 UTC', NOON],
    ['2011-12-09-12.50.00.000000', NOON],
    ['vendredi 9 décembre 2011 à 12:50', NOON],
    ['2011年12月9日 12:50', NOON],
    ['2011年12月9日（月）12:50', NOON],
    ['2011年12月9日12時50分00秒', NOON],
    ['2011-12-09T07:20:00-0530', NOON],
    [' 2011-12-9 12:50 ', NOON],
    ['2011-12-09', NOON - (12 * 60 + 50) * 60],
    ['2012-02-29', Date.UTC(2012, 1, 29) / 1000],
    ['1969-12-31', -86400],
  ])('reads %j', (cell, seconds) => {
    const column = new TimeColumn('when');
    expect(column.read(cell)).toBe(seconds);
    expect(column.unit).toBe('text');
    expect(column.seconds(seconds)).toBe(seconds);
  });

  it('leaves out a day of the week, in any language, before a date with numbers, but no month', () => {
    const clock = (12 * 60 + 50) * 60;
    for (const cell of ['Fr, 09.12.2011', 'vie 9.12.2011', 'Fri 09.12.2011']) {
      const column = new TimeColumn('when', 'day-first');
      expect(partedSeconds(column.read(cell), 'day-first'), cell).toBe(NOON - clock);
    }
    expect(secondsOf('Dec 9, 2011', 'Dec 09 12:50:00 UTC 2011')).toEqual([NOON - clock, NOON]);
    expect(() => secondsOf('foo 9, 2011')).toThrow(BadRow);
  });

  it('reads an empty cell as no time, which does not fix the format of the column', () => {
    const column = new TimeColumn('when');
    for (const cell of ['  ', '<NA>', '0000-00-00', '0000-00-00 00:00:00']) expect(column.read(cell)).toBeNaN();
    expect(column.read('2011-12-09')).toBe(Date.UTC(2011, 11, 9) / 1000);
  });

  it.each([
    '2011-02-29',
    '2011-13-01',
    '2011-00-10',
    '2011-04-31',
    '2011-12-09 25:00',
    '2011-12-09 24:30',
    '2011-12-09 12:60',
    '31.11.2011',
    '12-9-11 12:50',
    'yesterday',
    'Infinity',
  ])('refuses %j, which is not a time', (cell) => {
    const column = new TimeColumn('when');
    expect(() => column.read(cell)).toThrow(BadRow);
    expect(() => column.read(cell)).toThrow(`column "when": "${cell}" is not a time`);
  });

  it('refuses a date among numbers and a number among dates', () => {
    expect(() => secondsOf('964982703', '2011-12-09')).toThrow('"2011-12-09", where the rows before have a number');
    expect(() => secondsOf('2011-12-09', '964982703')).toThrow('"964982703", where the rows before have a date');
  });

  it('does not let a refused cell fix the format of the column', () => {
    const column = new TimeColumn('when');
    expect(() => column.read('nonsense')).toThrow(BadRow);
    expect(column.read('12')).toBe(12);
  });
});
