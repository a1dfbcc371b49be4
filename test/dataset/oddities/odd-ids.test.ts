import { expect, test } from 'vitest';
import { idWarnings } from '../../../src/dataset/oddities/odd-ids.js';

const HEADERS = ['user_id', 'Product SKU'];
const PLAIN = Array.from({ length: 20 }, (_, k) => `C${k}`);
const warningsOf = (...ids: string[]) => idWarnings([...PLAIN, ...ids], 'item', HEADERS).join('\n');

test('plain ids and slightly unusual ones give no warning', () => {
  const ids = [
    '#1001',
    '1E5',
    "'t Hof",
    '--x',
    'a-b',
    '0815',
    'Totals',
    'row 5',
    '1-Mars',
    'Mar-2020',
    'string',
    'error404',
    'Warning',
    'customer',
    'item',
    'dQw4w9WgXcQ',
    'DQW4W9WGXCQ',
    '5%',
    '＃',
  ];
  expect(warningsOf(...ids)).toBe('');
});

test.each([
  [
    'is a sum',
    [
      'Total',
      'TOTAL:',
      'Summe',
      'Total général',
      'Somme',
      'Итого',
      '合計',
      '#REF!',
      '#N/A',
      '#NV',
      '#¡REF!',
      '#DIV/0!',
      '#NAME?',
      '#WERT!',
      '####',
    ],
  ],
  ['was made a date by a spreadsheet', ['1-Mar', '12-dec', 'Sep-02']],
  ['is a message of a program', ['ERROR: connection lost', 'Warning: 3 rows left out']],
  ['is UTF-8 that was read as windows-1252', ['KÃ¤ufer', 'CafÃ©', 'Â£5', 'ÄŒapek', 'Ã¼']],
  [
    'is a remark',
    [
      '480 Zeilen',
      '(3 lignes)',
      '# page 2',
      '// end',
      '-- end',
      '(500 rows)',
      '500 rows selected.',
      '(1 row affected)',
    ],
  ],
  ['was shortened by a spreadsheet', ['1.23E+10', '4,00638E+12', '1E+05', '1e+05', '1.5e+12']],
  ['is a formula', ['="0012"', '="A"']],
  ['lost letters on the way', ['a\0b', '\0\0\0', 'K\uFFFDse']],
  ['is the header', ['user_id', 'User ID', 'product_sku', 'PRODUCT SKU', 'item_id', 'ARTIKELNR']],
])('an id that %s gives a warning', (what, ids) => {
  for (const id of ids) expect(warningsOf(id)).toContain(`item ${JSON.stringify(id)}`);
  for (const id of ids) expect(warningsOf(id)).toContain(what);
});

test.each(["'C1'", 'Ｃ１', '1&amp;C', '1%20C', 'C1 ', 'C\u00a01', '\ufeffC1', '\u200bC1', "'C1", '="C1"', '{C1}'])(
  '%j gives a warning because it differs from another id only in its spelling',
  (id) => {
    expect(warningsOf('C 1', '1&C', '1 C', id)).toContain('differs from another');
  },
);

test.each(['5.0', '5.00', '5,0'])('5 beside %s gives a warning', (id) => {
  expect(warningsOf('5', id)).toContain('differs from another');
});

test('ids that differ only in case or leading zeros give a warning if there are many of them', () => {
  const lower = PLAIN.map((id) => id.toLowerCase());
  expect(warningsOf(...lower.slice(0, 1))).toBe('');
  expect(warningsOf(...lower)).toContain('item "c0" differs from another');
  const numbers = Array.from({ length: 20 }, (_, k) => String(k + 1));
  expect(warningsOf(...numbers, ...numbers.map((id) => id.padStart(4, '0')))).toContain(
    'item "0001" differs from another',
  );
});

test('a total after 150,000 ids gives a warning', () => {
  const many = Array.from({ length: 150_000 }, (_, k) => `u${k}`);
  expect(idWarnings([...many, 'Total'], 'user', HEADERS)).toEqual([expect.stringContaining('user "Total" is a sum')]);
});

test.each(['C7 Total', 'C7 Ergebnis', 'C7: Summe', 'C7 - Sum'])('%s gives a warning as the subtotal of C7', (id) => {
  expect(warningsOf(id)).toBe(`item "${id}" is the sum of another, it seems\n  leave such rows out`);
});

test('an id that ends like a subtotal gives no warning if the rest of it is no other id', () => {
  expect(warningsOf('Colgate Total', 'C999 Total', 'Endergebnis', 'NÃO', 'SÃO', 'Å', 'ÄÖÜ')).toBe('');
});

test('several long numbers that all end in 0 give a warning, because a spreadsheet may have cut their digits', () => {
  const long = Array.from({ length: 6 }, (_, k) => `${1_234_567_890_123_40 + k}00`);
  expect(warningsOf(...long)).toContain('item "12345678901234000" ends in 0, like every id this long');
  expect(warningsOf(...long, '12345678901234001')).toBe('');
  expect(warningsOf(...long.slice(2))).toBe('');
});
