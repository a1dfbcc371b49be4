import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthNameSeconds } from '../../src/events/times.js';

test.each([
  ['Fri Nov 17 09:25:20 -0800 2017', '2017-11-17T17:25:20Z'],
  ['Tue Apr 03 18:00:09 +0000 2012', '2012-04-03T18:00:09Z'],
  ['Fri, 17 Nov 2017 09:25:20 GMT', '2017-11-17T09:25:20Z'],
  ['17-Nov-2017', '2017-11-17T00:00:00Z'],
  ['1 January 1999', '1999-01-01T00:00:00Z'],
  ['Nov 17, 2017 9:25 PM', '2017-11-17T21:25:00Z'],
  ['September 3rd, 2020 at 12:05 AM', '2020-09-03T00:05:00Z'],
  ['Wed Jan 01 2025 19:46:03 GMT+0100 (Central European Standard Time)', '2025-01-01T18:46:03Z'],
  ['Jan 1, 2025 7:46:03 PM PST', '2025-01-02T03:46:03Z'],
  ['09-DEC-11 07.46.03.000000 PM', '2011-12-09T19:46:03Z'],
  ['1. März 2017 8:05', '2017-03-01T08:05:00Z'],
  ['31 de diciembre de 2024', '2024-12-31T00:00:00Z'],
  ['1er août 2024', '2024-08-01T00:00:00Z'],
  ['15 juillet 2024', '2024-07-15T00:00:00Z'],
  ['15 juin 2024', '2024-06-15T00:00:00Z'],
  ['7 giu 2024', '2024-06-07T00:00:00Z'],
  ['7 out 2024', '2024-10-07T00:00:00Z'],
  ['17/Nov/2017:09:25:20 -0800', '2017-11-17T17:25:20Z'],
  ['17NOV2017:09:25:20', '2017-11-17T09:25:20Z'],
  ['Nov-17-17', '2017-11-17T00:00:00Z'],
  ['Nov-17-2017 09:25', '2017-11-17T09:25:00Z'],
  ['5 janv. 2026 à 09:03', '2026-01-05T09:03:00Z'],
])('%s is read as %s', (text, iso) => {
  expect(monthNameSeconds(text)).toBe(Date.parse(iso) / 1000);
});

test.each([
  'Foo 17, 2017',
  '31-Feb-2017',
  'Nov 17',
  'Nov 17, 2017 25:00',
  'Nov 17, 2017 13:00 PM',
  'Monday',
  '',
  'Jan 1, 2025 7:46 PM XYZ',
  '15 jui 2024',
  '1 Dec 24',
])('%j is not a time', (text) => {
  expect(monthNameSeconds(text)).toBeNaN();
});

test('every date that toUTCString writes is read back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      expect(monthNameSeconds(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000));
    }),
  );
});
