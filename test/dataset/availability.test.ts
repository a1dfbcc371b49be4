import { expect, test } from 'vitest';
import { availabilityReader } from '../../src/dataset/availability.js';

const NOW = Date.UTC(2026, 0, 31, 12) / 1000;

/** Which of the rows' items can be sold, as 1 and 0; '' where nothing says. @param rows their cells, an item each unless said. */
function read(header: string[], rows: string[][], itemOf = rows.map((_, row) => row)) {
  const reader = availabilityReader(header, 'honour');
  rows.forEach((cells, row) => {
    reader.row(cells)(itemOf[row] ?? 0);
  });
  const { available, notes, warnings } = reader.of(new Set(itemOf).size, NOW, undefined);
  return { available: available?.join('') ?? '', notes, warnings };
}
const column = (name: string, ...cells: string[]) =>
  read(
    [name],
    cells.map((cell) => [cell]),
  ).available;

test.each([
  ['in_stock', ['TRUE', 'false', '', '1', '0', '12'], '101101'],
  ['In stock?', ['1', '0', 'backorder'], '101'],
  ['availability', ['in_stock', 'out of stock', 'preorder', 'https://schema.org/OutOfStock', 'discontinued'], '10100'],
  ['Published', ['1', '0', '-1'], '100'],
  ['Status', ['active', 'draft', 'archived', ''], '1001'],
  ['is_active', ['yes', 'No', 'Y'], '101'],
  ['Verfügbar', ['ja', 'nein', 'nicht lieferbar'], '100'],
  ['discontinued', ['0', '1', ''], '101'],
  ['sold-out', ['false', 'true', 'no'], '101'],
  ['stock', ['0', '3', '', '-2', '7.0'], '01101'],
  ['inventory_quantity', ['0', '1', '1'], '011'],
  ['available_from', ['2026-01-31', '2026-02-01', '', '2025-12-24 10:00'], '1011'],
  ['available_until', ['2026-01-31', '2026-01-30', '', '2026-01-31T11:59', '2026-01-31T12:01'], '10101'],
  ['deleted_at', ['', '2020-05-05', '0000-00-00 00:00:00'], '101'],
  ['Disponibile', ['Sì', 'no', 'esaurito'], '100'],
  ['Status', ['販売中', '販売終了', '在庫なし'], '100'],
  ['beschikbaar', ['ja', 'nee', 'Uitverkocht'], '100'],
])('%s', (name, cells, wanted) => expect(column(name, ...cells)).toBe(wanted));

test.each([
  ['stock', ['auf Lager', 'ausverkauft', '3', 'vergriffen'], '1010'],
  ['sold_out', ['x', '', ' X ', '✓'], '0100'],
])('%s in words, and as a mark', (name, cells, wanted) => expect(column(name, ...cells)).toBe(wanted));

test.each([
  ['available', ['on our site', 'ask us', 'in April']],
  ['stock', ['plenty', 'some', 'none left']],
  ['available_until', ['03/05/2020', '04/05/2099', '05/05/2020']],
  ['sold out', ['perhaps', '']],
])('%s with %j is warned of: it says nothing, though its name does', (name, cells) => {
  const { available, warnings } = read(
    [name],
    cells.map((cell) => [cell]),
  );
  expect(available).toBe('');
  expect(warnings).toEqual([
    expect.stringContaining(`"${name}" seems to say what can be sold, and "${cells[0]}" or the like`),
  ]);
});

test.each([
  ['published', ['2011', '2012-05-01', 'May']],
  ['status', ['Released', 'Rumored', 'Post Production']],
  ['visible', ['UV', 'IR', 'light']],
  ['in_stock', ['', 'NA', '']],
  ['stock', ['0', '3', '']],
])('%s with %j is not warned of', (name, cells) => {
  expect(
    read(
      [name],
      cells.map((cell) => [cell]),
    ).warnings,
  ).toEqual([]);
});

test.each([
  // A film's state, a packet's size, what was sold, a price: none says what can be had.
  ['status', ['Released', 'Rumored', 'Post Production']],
  ['status', ['1', '2', '0']],
  ['quantity', ['0', '1', '2']],
  ['units_sold', ['0', '1', '2']],
  ['price', ['0', '1', '2']],
  ['title', ['active', 'draft', 'archived']],
  ['available', ['on our site', 'ask us', 'in April']],
  ['available_from', ['Paris', 'London', 'Rome']],
  ['published_at', ['1997', '2003', '2010']],
  ['stock', ['plenty', 'some', 'none left']],
  ['in_stock', ['', 'NA', '']],
])('%s with %j says nothing', (name, cells) => expect(column(name, ...cells)).toBe(''));

test('all columns have to agree, and a note says which they are, and on which day', () => {
  const { available, notes } = read(
    ['active', 'available_until'],
    [
      ['1', ''],
      ['1', '2020-01-01'],
      ['0', '2030-01-01'],
      ['', ''],
    ],
  );
  expect(available).toBe('1001');
  expect(notes).toEqual([
    'by "active", "available_until" on 2026-01-31, 2 of 4 items can be recommended; --availability ignore takes all',
  ]);
});

test('what the shop says of availability counts more than a stock of 0, which may be on order', () => {
  expect(
    read(
      ['stock', 'in_stock'],
      [
        ['0', '1'],
        ['5', '0'],
        ['', ''],
      ],
    ).available,
  ).toBe('101');
  expect(
    read(
      ['stock', 'active'],
      [
        ['0', '1'],
        ['5', '0'],
        ['', ''],
      ],
    ).available,
  ).toBe('001');
});

test('an item of which one variant can be had can be sold', () => {
  expect(read(['stock'], [['0'], ['0'], ['2'], ['0']], [0, 1, 1, 0]).available).toBe('01');
});

test('a few cells that are not understood keep nothing out, and are told', () => {
  const rows = [...Array.from({ length: 18 }, () => ['yes']), ['no'], ['ask us']];
  const { available, notes } = read(['in_stock'], rows);
  expect(available).toBe(`${'1'.repeat(18)}01`);
  expect(notes[1]).toBe('"in_stock" says "ask us" or the like in 1 rows, which excludes nothing');
});
