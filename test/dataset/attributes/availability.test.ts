import { expect, test } from 'vitest';
import { availabilityReader } from '../../../src/dataset/attributes/availability.js';

const NOW = Date.UTC(2026, 0, 31, 12) / 1000;

/** By item: 1 if it can be sold, else 0; '' if no column says. @param rows the cells of each row. @param itemOf by row, its item. */
function read(header: string[], rows: string[][], itemOf = rows.map((_, row) => row)) {
  const reader = availabilityReader(header, 'honour');
  rows.forEach((cells, row) => {
    reader.take(cells, itemOf[row] ?? 0);
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
])('the column %s with %j gives %s', (name, cells, wanted) => expect(column(name, ...cells)).toBe(wanted));

test.each([
  ['stock', ['auf Lager', 'ausverkauft', '3', 'vergriffen'], '1010'],
  ['sold_out', ['x', '', ' X ', '✓'], '0100'],
])('the column %s may hold words or a mark: %j gives %s', (name, cells, wanted) =>
  expect(column(name, ...cells)).toBe(wanted),
);

test.each([
  ['available', ['on our site', 'ask us', 'in April']],
  ['stock', ['plenty', 'some', 'none left']],
  ['available_until', ['03/05/2020', '04/05/2099', '05/05/2020']],
  ['sold out', ['perhaps', '']],
])('the column %s with %j is ignored with a warning, because its name promises availability', (name, cells) => {
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
])('the column %s with %j gives no warning', (name, cells) => {
  expect(
    read(
      [name],
      cells.map((cell) => [cell]),
    ).warnings,
  ).toEqual([]);
});

test.each([
  // The status of a film, the size of a packet, the number sold and a price say nothing about availability.
  ['status', ['Released', 'Rumored', 'Post Production']],
  ['status', ['1', '2', '0']],
  ['quantity', ['0', '1', '2']],
  ['units_sold', ['0', '1', '2']],
  ['price', ['0', '1', '2']],
  ['title', ['active', 'draft', 'archived']],
  ['available_from', ['Paris', 'London', 'Rome']],
  ['published_at', ['1997', '2003', '2010']],
  ['in_stock', ['', 'NA', '']],
])('the column %s with %j is not read as availability', (name, cells) => expect(column(name, ...cells)).toBe(''));

test('an item can be sold only if no column says otherwise, and a note names the columns and the day', () => {
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

test('an explicit availability column overrides the stock, but a status does not', () => {
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

test('an item can be sold if one of its variants is in stock', () => {
  expect(read(['stock'], [['0'], ['0'], ['2'], ['0']], [0, 1, 1, 0]).available).toBe('01');
});

test('a few unreadable cells exclude no item and are mentioned in a note', () => {
  const rows = [...Array.from({ length: 18 }, () => ['yes']), ['no'], ['ask us']];
  const { available, notes } = read(['in_stock'], rows);
  expect(available).toBe(`${'1'.repeat(18)}01`);
  expect(notes[1]).toBe('"in_stock" says "ask us" or the like in 1 rows, which excludes nothing');
});
