import { expect, test } from 'vitest';
import type { NamedColumns } from '../../src/understanding/roles.js';
import { SampledColumn } from '../../src/understanding/sampled-column.js';
import { unusedWarnings } from '../../src/understanding/unused-columns.js';

const warningsOf = (
  name: string,
  cells: string[],
  shown: [string, string][] = [],
  set = {},
  named: NamedColumns = {},
) => unusedWarnings([new SampledColumn(name, 0, cells)], { shown, set }, named);

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

test.each(['disliked', 'is_test', 'Bot', 'is_fraud', 'uninstalled', 'Withdrawn'])(
  'a column %s that marks a few rows gives a warning',
  (name) => {
    expect(warningsOf(name, ['0', '1', '0', '0'])).toEqual([
      expect.stringContaining(`--events-where '[${name}] = false'`),
    ]);
    expect(warningsOf(name, ['control', 'variant', 'control'])).toEqual([]);
  },
);

test.each([
  ['order_type', ['SALE', 'RETURN', 'SALE'], 'not [order_type] in ("RETURN")'],
  ['Document type', ['Invoice', 'Invoice', 'Credit note'], 'not [Document type] in ("Credit note")'],
  ['Vorgang', ['Verkauf', 'Retoure', 'Verkauf', 'Verkauf', 'Storno'], 'not [Vorgang] in ("Retoure", "Storno")'],
  ['vote', ['up', 'down', 'up'], 'not [vote] in ("down")'],
  ['reaction', ['like', 'like', 'dislike'], 'not [reaction] in ("dislike")'],
  ['enrolment_status', ['Active', 'Dropped', 'Completed'], 'not [enrolment_status] in ("Dropped")'],
  ['op', ['c', 'u', 'c', 'd'], 'not [op] in ("d")'],
  ['StageName', ['Closed Won', 'Closed Won', 'Closed Lost'], 'not [StageName] in ("Closed Lost")'],
])(
  'a column %s in which some rows undo others gives a warning with the condition that leaves them out',
  (name, cells, condition) => {
    expect(warningsOf(name, cells)).toEqual([expect.stringContaining(`--events-where '${condition}'`)]);
    expect(warningsOf(name, cells, [], {}, { status: ['none'] })).toEqual([]);
    expect(warningsOf(name, cells, [], { status: 7 })).toEqual([]);
  },
);

test('rows that undo others give no warning if they are most rows, text of any kind, or opinions beside ratings', () => {
  expect(warningsOf('sentiment', ['positive', 'positive', 'negative'], [['rating', 'stars']])).toEqual([]);
  expect(warningsOf('sentiment', ['positive', 'positive', 'negative'])).toHaveLength(1);
  expect(warningsOf('loan', ['returned', 'returned', 'on loan'])).toEqual([]);
  expect(warningsOf('comment', ['returned', ...Array.from({ length: 40 }, (_, k) => `comment ${k}`)])).toEqual([]);
});

test('statuses by number or in an unknown language give a warning, but not if they may be about anything', () => {
  const known = 'no status in "order_status_id" is known (5, 7)';
  expect(warningsOf('order_status_id', ['5', '7', '5'])).toEqual([expect.stringContaining(known)]);
  expect(warningsOf('Order Status', ['Vyřízena', 'Stornována'])).toHaveLength(1);
  expect(warningsOf('order_status', ['5', '5'])).toEqual([]);
  expect(warningsOf('status', ['200', '404'])).toEqual([]);
  expect(warningsOf('status', ['5', '7'], [], { order: 3 })).toHaveLength(1);
  expect(warningsOf('status', ['5', '7'], [['rating', 'Quantity']])).toHaveLength(1);
  expect(warningsOf('state', ['CA', 'NY'], [['rating', 'Quantity']])).toEqual([]);
  expect(warningsOf('order_status', ['5', '7'], [], {}, { status: ['none'] })).toEqual([]);
});

test('thumbs by number, labels and what came of views give a warning unless the file has ratings', () => {
  expect(warningsOf('thumb', ['1', '-1', '1', ''])).toEqual([expect.stringContaining('--rating-col thumb reads it')]);
  expect(warningsOf('label', ['1', '0', '1'])).toEqual([expect.stringContaining('"label" is 0 in some rows')]);
  expect(warningsOf('label', ['lamp', 'desk', 'lamp'])).toEqual([]);
  expect(warningsOf('gift', ['1', '0', '1'])).toEqual([]);
  expect(warningsOf('is_purchased', ['1', '1', '1'])).toEqual([]);
  for (const name of ['is_purchased', 'purchases']) {
    expect(warningsOf(name, ['2', '0', '1'], [['rating', 'views']])).toHaveLength(1);
    expect(warningsOf(name, ['2', '0', '1'], [], {}, { rating: ['views'] })).toEqual([]);
  }
  expect(warningsOf('purchase', ['0', '1', '0'], [['rating', 'clicks']])).toHaveLength(1);
  expect(warningsOf('bought', ['false', 'True', 'false'])).toHaveLength(1);
  expect(warningsOf('bought', ['true', 'true'])).toEqual([]);
  expect(warningsOf('delta', ['1', '-1', '3'])).toEqual([]);
  expect(warningsOf('thumb', ['1', '-1'], [['rating', 'plays']])).toEqual([]);
  expect(warningsOf('thumb', ['1', '-1'], [], {}, { rating: ['none'] })).toEqual([]);
});

test('the condition can be pasted into a shell, whatever the name of the column', () => {
  expect(warningsOf("was's returned", ['no', 'yes', 'no'])).toEqual([]);
  expect(warningsOf("returned'", ['no', 'yes', 'no'])).toEqual([
    expect.stringContaining(`--events-where '[returned'\\''] = false'`),
  ]);
});
