import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packedTexts, type QuotedCells, quotedArrays, quotedFrom } from '../../src/csv/quoted-cells.js';
import { quoted, safelyQuoted } from '../../src/csv/quoting.js';

/** Cells with many characters that have a meaning in CSV. */
const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', ';', '\t', '=', '\u00a0', '\ufeff', '😀'),
    maxLength: 6,
  }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

function textsOf({ bytes, start }: QuotedCells): string[] {
  const texts = Array.from(start, (from, i) => Buffer.from(bytes.subarray(from, start[i + 1])).toString());
  return texts.slice(0, -1);
}

test('a cell is quoted as csv-stringify quotes it in a row, and also if it has a carriage return', () => {
  fc.assert(
    fc.property(cell, (value) => {
      expect(`x,${quoted(value)},y`).toBe(stringify([['x', value, 'y']], { quoted_match: /\r/, eof: false }));
    }),
    { numRuns: 1000 },
  );
});

test('csv-parse reads a quoted cell back unchanged', () => {
  fc.assert(
    fc.property(cell, cell, (a, b) => {
      const rows = parse(`${quoted('x')},${quoted(a)},${quoted(b)}\n`, { relax_quotes: false });
      expect(rows).toEqual([['x', a, b]]);
    }),
    { numRuns: 1000 },
  );
});

test('a packed column holds each value quoted, one after the other', () => {
  fc.assert(
    fc.property(fc.array(cell), (values) => {
      expect(textsOf(packedTexts(values, quoted))).toEqual(values.map(quoted));
    }),
  );
});

test('a packed column that outgrows its first buffer is complete', () => {
  const values = Array.from({ length: 3000 }, (_, i) => `${'é"€'.repeat(i % 40)}${i}`);
  expect(textsOf(packedTexts(['x'.repeat(65536), '', ...values], quoted))).toEqual([
    'x'.repeat(65536),
    '',
    ...values.map(quoted),
  ]);
});

test('a packed column survives the conversion to arrays and back', () => {
  const cells = packedTexts(['a', '', 'b,c'], quoted);
  const back = quotedFrom(quotedArrays('users', cells), 'users');
  expect(textsOf(back)).toEqual(['a', '', '"b,c"']);
});

/** The text that a spreadsheet sees in a CSV cell. */
function seenBySpreadsheet(cell: string): string {
  return parse(`x,${cell}\n`)[0]?.[1] ?? '';
}

test('no safely quoted cell begins like a formula in a spreadsheet, and the value can be recovered', () => {
  const risky = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', 'a', '1', ',', ';', '|'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.oneof(risky, cell), (value) => {
      const text = seenBySpreadsheet(safelyQuoted(value));
      // Where spreadsheets expect another separator, each part is a cell of its own.
      for (const separator of [undefined, ';', '\t', '|']) {
        const parts = separator === undefined ? [text] : text.split(separator);
        for (const part of parts) expect(part).not.toMatch(/^[=+\-@＝＋－＠\r\n]/);
      }
      expect(text.replace(/(?<=^|[;\t|])'(?='*[=+\-@＝＋－＠\t\r\n])/g, '')).toBe(value);
    }),
    { numRuns: 1000 },
  );
});

test('safe quoting changes only cells that a spreadsheet would run as a formula', () => {
  for (const value of ['', 'a=1', "'tis", '12', 'x@y', ' =1', '"=1"']) expect(safelyQuoted(value)).toBe(quoted(value));
  expect(safelyQuoted('=1+1')).toBe("'=1+1");
  expect(safelyQuoted('-5')).toBe("'-5");
  expect(safelyQuoted('＝1+1')).toBe("'＝1+1");
  expect(safelyQuoted('a;=1+1')).toBe(`"a;'=1+1"`);
  expect(safelyQuoted('a;b')).toBe('"a;b"');
  expect(quoted('a;b')).toBe('a;b');
});
