import { truthWord } from '../csv/cells.js';
import { typeKey } from './event-types.js';
import { isNoDate } from './times.js';

/** Weights of rows by the status of their order. */
const COUNTS = 1;
const CANCELLED = 0;

/** Statuses (by `typeKey`) of cancelled, refunded or failed orders. */
const CANCELLED_STATUSES = new Set(
  `failed failure declined rejected denied expired abandoned trash deleted draft returned fraud chargeback chargedback
  nichtbezahlt storniert storno erstattet zuruckerstattet zurueckerstattet retoure retourniert abgebrochen annule annulee rembourse remboursee cancelado cancelada anulado anulada
  reembolsado reembolsada devuelto devuelta annullato annullata rimborsato rimborsata estornado devolvido geannuleerd terugbetaald geretourneerd
  anulowane anulowany zwrócone avbruten annullerad återbetald iptal iptaledildi iade отменен отменён возврат キャンセル キャンセル済み 取消 返品 返金
  已取消 已退款 交易关闭 退款 退货 취소 취소완료 환불 반품`
    .split(/\s+/)
    .map(plainKey),
);
const CANCELLED_PATTERN = /^(?:wc|order|fully|full)*(?:cancell?ed|refunded|void(?:ed)?$)(?!reversal)/;

/** Other statuses of orders, by which a column of statuses is recognised. */
const KNOWN = new Set(
  `complete completed paid shipped delivered processing pending pendingpayment onhold fulfilled unfulfilled approved created
  invoiced unavailable new closed open authorized authorised partiallyrefunded partiallypaid partial unshipped bezahlt
  versendet abgeschlossen offen payee paye expediee livree pagado enviado entregado completado`.split(/\s+/),
);

/** The weight of rows by the status of their order: 0 if it was cancelled, refunded, voided or the like. */
export function statusWeight(key: string): number {
  return isCancelled(key) ? CANCELLED : COUNTS;
}

/** Weights that depend on the other statuses of a column: in shops with both `complete` and `closed`, refunded orders are `closed`. */
export function statusWeightsAmong(cells: ReadonlySet<string>): [string, number][] {
  const keys = new Set([...cells].map(typeKey));
  return keys.has('complete') && keys.has('closed') ? [['closed', CANCELLED]] : [];
}

/** True for a known status of orders. */
export function isOrderStatus(cell: string): boolean {
  const key = plainKey(typeKey(cell));
  return KNOWN.has(key) || KNOWN.has(key.replace(/^wc/, '')) || isCancelled(key);
}

/** What stands for no, or for no date, besides empty cells. */
const NOTHING = /^(?:0+(?:[.,]0+)?|null|none|na|nan|n\/a|-+|(?:0001|1900|1970|9999)-\d\d-\d\d.*)$/i;

/** True if a cell of a column like `cancelled_at` means that the order was cancelled. */
export function saysCancelled(cell: string): boolean {
  return !isNoDate(cell) && truthWord(cell) !== 0 && !NOTHING.test(cell.trim());
}

function isCancelled(key: string): boolean {
  const plain = plainKey(key);
  return CANCELLED_STATUSES.has(plain.replace(/^wc/, '')) || CANCELLED_PATTERN.test(plain);
}

function plainKey(key: string): string {
  return key.normalize('NFD').replace(/\p{M}/gu, '');
}
