import { expect, test } from 'vitest';
import { returnWarnings } from '../../src/understanding/returned-column.js';
import { SampledColumn } from '../../src/understanding/sampled-column.js';

const warningsOf = (name: string, cells: string[]) => returnWarnings([new SampledColumn(name, 0, cells)]);

test.each([
  ['Returned', ['No', 'Yes', 'No', 'No'], '[Returned] = false'],
  ['is_returned', ['0', '0', '0', '1'], '[is_returned] = false'],
  ['returned_at', ['', '2024-02-03', '', ''], '[returned_at] is missing'],
  ['Refund Amount', ['0.00', '12.50', '0.00', ''], '[Refund Amount] = false or [Refund Amount] is missing'],
  ['Retoure', ['nein', 'ja', 'nein'], '[Retoure] = false'],
])(
  'a column %s that marks a few rows as returned gives a warning with the condition that leaves them out',
  (name, cells, condition) => {
    expect(warningsOf(name, cells)).toEqual([expect.stringContaining(`--events-where '${condition}'`)]);
  },
);

test('a column that marks most rows as returned gives no warning: loans come back', () => {
  expect(warningsOf('return_date', ['2024-02-03', '2024-02-04', '2024-02-05', ''])).toEqual([]);
});

test('a column that marks no row as returned gives no warning', () => {
  expect(warningsOf('returned', ['false', 'false', 'false'])).toEqual([]);
});

test('columns of other names give no warning', () => {
  expect(warningsOf('returning_customer', ['no', 'yes', 'no'])).toEqual([]);
  expect(warningsOf('gift', ['no', 'yes', 'no'])).toEqual([]);
});

test('the condition can be pasted into a shell, whatever the name of the column', () => {
  expect(warningsOf("was's returned", ['no', 'yes', 'no'])).toEqual([]);
  expect(warningsOf("returned'", ['no', 'yes', 'no'])).toEqual([
    expect.stringContaining(`--events-where '[returned'\\''] = false'`),
  ]);
});
