import { expect, test } from 'vitest';
import {
  isOrderStatus,
  saysCancelled,
  statusWeight,
  statusWeightsAmong,
  typeKey,
} from '../../src/events/event-types.js';

test.each([
  'cancelled',
  'Canceled',
  'CANCELLED_BY_CUSTOMER',
  'wc-cancelled',
  'refunded',
  'Fully refunded',
  'voided',
  'void',
  'failed',
  'storniert',
  'zurückerstattet',
  'annulée',
  'Remboursée',
  'Cancelado',
  'Annullato',
  'Geannuleerd',
  'Отменён',
  'キャンセル',
  '已取消',
  '취소',
])('the rows of an order with the status %s weigh 0', (status) => {
  expect(statusWeight(typeKey(status))).toBe(0);
  expect(isOrderStatus(status)).toBe(true);
});

test.each([
  'paid',
  'Complete',
  'wc-processing',
  'partially_refunded',
  'Canceled Reversal',
  'refund requested',
  '',
  'CA',
])('the rows of an order with the status %j count', (status) => {
  expect(statusWeight(typeKey(status))).toBe(1);
});

test('states of the USA and words like "active" are not statuses of orders', () => {
  for (const state of ['CA', 'Texas', 'active', '3']) expect(isOrderStatus(state), state).toBe(false);
});

test('closed means refunded if the column has complete too', () => {
  expect(statusWeightsAmong(new Set(['complete', 'closed', 'pending']))).toEqual([['closed', 0]]);
  expect(statusWeightsAmong(new Set(['closed', 'open']))).toEqual([]);
});

test('what was rejected or failed counts if the column has statuses of applications or courses', () => {
  const weights = new Map(statusWeightsAmong(new Set(['Applied', 'Rejected', 'Withdrawn'])));
  expect(weights.get('rejected')).toBe(1);
  expect(weights.get('cancelled')).toBeUndefined();
  expect(statusWeightsAmong(new Set(['paid', 'rejected', 'failed']))).toEqual([]);
});

test('a date or a yes in a column like cancelled_at means cancelled, an empty cell or a no does not', () => {
  for (const cell of ['2020-01-01', '1', 'true', 'yes', 'x']) expect(saysCancelled(cell), cell).toBe(true);
  for (const cell of [
    '',
    ' ',
    '0',
    'false',
    'No',
    'NULL',
    '\\N',
    '[NULL]',
    '0000-00-00 00:00:00',
    'Não',
    'いいえ',
    '-',
    '9999-12-31',
  ]) {
    expect(saysCancelled(cell), cell).toBe(false);
  }
});
