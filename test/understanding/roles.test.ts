import { describe, expect, it } from 'vitest';
import { normalised } from '../../src/csv/cells.js';
import { ExitCode, Failure } from '../../src/failure.js';
import { missingColumn, recogniseRoles, type SampledFile } from '../../src/understanding/roles.js';
import { SampledColumn } from '../../src/understanding/sampled-column.js';
import type { Role } from '../../src/understanding/vocabulary.js';

const EVENT_ROLES: readonly Role[] = ['item', 'user', 'rating', 'time', 'event'];

/** A sampled file with these rows; cells are separated by spaces, `_` is an empty cell. */
function sampledFile(name: string, header: readonly string[], ...rows: string[]): SampledFile {
  const cells = rows.map((row) => row.split(' ').map((cell) => (cell === '_' ? '' : cell)));
  const columns = header.map(
    (column, at) =>
      new SampledColumn(
        column,
        at,
        cells.map((row) => row[at] ?? ''),
      ),
  );
  return { name, header, columns };
}

function eventRoles(header: string[], named = {}) {
  return recogniseRoles(sampledFile('events.csv', header), EVENT_ROLES, named, 'user').roles;
}

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('recogniseRoles', () => {
  it.each([
    [['userId', 'movieId', 'rating', 'timestamp'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['InvoiceNo', 'StockCode', 'Quantity', 'InvoiceDate', 'CustomerID'], { user: 4, item: 1, rating: 2, time: 3 }],
    [['timestamp', 'visitorid', 'event', 'itemid', 'transactionid'], { user: 1, item: 3, time: 0, event: 2 }],
    [['event', 'EVENT_TYPE', 'USER_ID', 'ITEM_ID', 'EVENT_VALUE'], { user: 2, item: 3, rating: 4, event: 1 }],
    [['user_id', 'item_id', 'behavior_type'], { user: 0, item: 1, event: 2 }],
    [['User ID', 'ISBN', 'Book-Rating'], { user: 0, item: 1, rating: 2 }],
    [['User ID', 'SKU', 'Quantity (pcs)', 'Timestamp [UTC]', 'Value (EUR)'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['User ID', 'SKU', 'Value (EUR)', 'Amount [USD]'], { user: 0, item: 1 }],
    [['ユーザーID', '商品コード', '数量', '注文日時'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['用户ID', '商品编号', '购买数量', '下单时间'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['회원번호', '상품코드', '수량', '주문일'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['ID клиента', 'Артикул', 'Кол-во', 'Дата заказа'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['Codice cliente', 'Prodotto', 'Quantità', 'Data'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['Klantnummer', 'Artikelnummer', 'Aantal', 'Besteldatum'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['ID klienta', 'SKU', 'Ilość', 'Data zamówienia'], { user: 0, item: 1, rating: 2, time: 3 }],
    [['Müşteri No', 'Ürün Kodu', 'Adet', 'Sipariş Tarihi'], { user: 0, item: 1, rating: 2, time: 3 }],
    [
      ['u.$oid', 'userId.$oid', 'Item.product_id.S', 'qty.$numberInt', 'at.time.$date.$numberLong'],
      { user: 1, item: 2, rating: 3, time: 4 },
    ],
    [['KUNNR', 'MATNR', 'KWMENG', 'ERDAT'], { user: 0, item: 1, rating: 2, time: 3 }],
  ])('recognises the columns of %j', (header, roles) => {
    expect(eventRoles(header)).toEqual(roles);
  });

  it('prefers the better synonym, whatever the order of the columns', () => {
    expect(eventRoles(['asin', 'reviewer', 'item_id', 'user_id'])).toEqual({ item: 2, user: 3 });
    expect(eventRoles(['user_id', 'item_id', 'asin'])).toEqual({ user: 0, item: 1 });
  });

  it('ignores the type that RecBole writes after a name', () => {
    const header = ['user_id:token', 'item_id:token', 'rating:float', 'timestamp:float'];
    expect(eventRoles(header)).toEqual({ user: 0, item: 1, rating: 2, time: 3 });
  });

  it('normalises headers by ignoring case, spaces, punctuation and RecBole types', () => {
    for (const name of ['USER_ID', 'User Id', 'user-id', ' userId ', 'user.id'])
      expect(normalised(name)).toBe('userid');
    expect(normalised('item_list:token_seq')).toBe('itemlist');
    expect(normalised('genre:comedy')).toBe('genrecomedy');
    expect(normalised('Größe')).toBe('größe');
  });

  it('refuses two equally good columns, naming both and the option that decides', () => {
    const failure = failureOf(() => eventRoles(['user_id', 'item_id', 'x', 'Item ID']));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toContain('events.csv:1:');
    expect(failure.message).toContain('"item_id" (column 2) and "Item ID" (column 4)');
    expect(failure.message).toContain('--item-col NAME');
  });

  it('accepts two equally good columns if an option names one of them', () => {
    expect(eventRoles(['user_id', 'item_id', 'Item ID'], { item: ['Item ID'] })).toEqual({ user: 0, item: 2 });
  });

  it('prefers a named column to every synonym', () => {
    expect(eventRoles(['user_id', 'item_id', 'who'], { user: ['who'] })).toEqual({ user: 2, item: 1 });
  });

  it('does not give a named column to another role', () => {
    expect(eventRoles(['user_id', 'product', 'item_id'], { user: ['item_id'] })).toEqual({ user: 2, item: 1 });
  });

  it('falls back to synonyms if this file does not have the named column', () => {
    expect(eventRoles(['user_id', 'item_id'], { item: ['sku'] })).toEqual({ user: 0, item: 1 });
  });

  it('gives a column named id to the role that the file is about, if there is no better column', () => {
    const roles = (header: string[], own: Role) =>
      recogniseRoles(sampledFile('x.csv', header), ['item', 'user'], {}, own).roles;
    expect(roles(['id', 'country'], 'user')).toEqual({ user: 0 });
    expect(roles(['id', 'title'], 'item')).toEqual({ item: 0 });
    expect(roles(['id', 'user_id', 'item_id'], 'user')).toEqual({ user: 1, item: 2 });
  });

  it('leaves out roles that were not requested', () => {
    expect(recogniseRoles(sampledFile('x.csv', ['item_id', 'rating']), ['item'], {}, 'item').roles).toEqual({
      item: 0,
    });
  });
});

describe('missingColumn', () => {
  it('names the option and the existing columns', () => {
    const failure = missingColumn('a.csv', ['foo', 'bar'], 'user', {});
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toMatch(/^a\.csv:1: .*--user-col NAME\n.*"foo", "bar"$/);
  });

  it('suggests the closest header for a misspelt name', () => {
    const { message } = missingColumn('a.csv', ['client', 'thing'], 'user', { user: ['cleint'] });
    expect(message).toContain('no column "cleint" (--user-col); did you mean "client"?');
  });

  it('suggests nothing if no header is close', () => {
    expect(missingColumn('a.csv', ['thing'], 'user', { user: ['whoever'] }).message).not.toContain('did you mean');
  });
});
