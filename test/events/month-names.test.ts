import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthNameSeconds } from '../../src/events/month-names.js';

test.each([
  ['Fri Nov 17 09:25:20 -0800 2017', '2017-11-17T17:25:20Z'],
  ['Tue Apr 03 18:00:09 +0000 2012', '2012-04-03T18:00:09Z'],
  ['Fri, 17 Nov 2017 09:25:20 GMT', '2017-11-17T09:25:20Z'],
  ['17-Nov-2017', '2017-11-17T00:00:00Z'],
  ['1 January 1999', '1999-01-01T00:00:00Z'],
  ['Nov 17, 2017 9:25 PM', '2017-11-17T21:25:00Z'],
  ['September 3rd, 2020 at 12:05 AM', '2020-09-03T00:05:00Z'],
])('%s is %s', (text, iso) => {
  expect(monthNameSeconds(text)).toBe(Date.parse(iso) / 1000);
});

test.each(['Foo 17, 2017', '31-Feb-2017', 'Nov 17', 'Nov 17, 2017 25:00', 'Nov 17, 2017 13:00 PM', 'Monday', ''])(
  '%j is no time',
  (text) => {
    expect(monthNameSeconds(text)).toBeNaN();
  },
);

test('whatever toUTCString writes is read back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      expect(monthNameSeconds(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000));
    }),
  );
});
