import { normalised, truthWord } from '../csv/cells.js';
import { isNoDate } from './times.js';

/** Weights of event types by name: 1 for a view, below 0 for a dislike; 0 skips the rows. */
export type EventWeights = ReadonlyMap<string, number>;

export interface EventType {
  /** As the file first writes it. */
  name: string;
  weight: number;
  rows: number;
}

/**
 * Weights of known event types by `typeKey`; any other type weighs 1, like a view.
 *
 * Undoing an action weighs as much as the action, with the opposite sign, and a dislike outweighs the views that led to it. Carts are
 * emptied for many reasons, so removing from a cart weighs nothing.
 */
const KNOWN: ReadonlyMap<string, number> = weightsOf({
  5: `purchase purchased buy buys bought order orders ordered transaction checkout sale sold paid pay payment conversion placeorder
    orderplaced ordercompleted completeorder completepurchase purchasecompleted placedorder orderedproduct
    apply applied jobapplied enrol enroll enrolled enrolledin`,
  3: `productadded cart carts addtocart addcart addedtocart carted basket addtobasket bag addtobag begincheckout checkoutstarted`,
  2: `productaddedtowishlist wishlist addtowishlist wish favourite favorite fav favs addtofavourites addtofavorites like liked love loved upvote
    thumbsup bookmark bookmarked save saved`,
  0: `productremoved removefromcart removedfromcart removecart cartremove removefrombasket removefrombag`,
  [-2]: `unlike unfavourite unfavorite removefromwishlist removefromfavourites removefromfavorites unbookmark unsave
    productremovedfromwishlist removedfromwishlist`,
  [-5]: `return returned refund refunded cancel cancelled canceled ordercancelled ordercanceled orderrefunded dislike disliked
    thumbsdown downvote hide hidden block blocked notinterested`,
});

const VIEW_WEIGHT = 1;
/** Known types that weigh 1. */
const VIEWS =
  /^(?:pv|viewed(?:product|page|item)|(?:product|page|item)?(?:view|click|visit|play|impression|listen|watch|read|open|screen)(?:s|ed|item|page)?)$/;

/** True for text that is a known event type. */
export function isKnownType(cell: string): boolean {
  const key = typeKey(cell);
  return KNOWN.has(key) || VIEWS.test(key);
}

/** Unknown types that sound like the end of something, or like a dislike. */
const UNDOING =
  /^(?:un(?:sub|fol|inst|fav|lik|enrol)|remov|delet|cancel|refund|return|reject|declin|skip|dismiss|abandon|drop(?!down)|withdr[ae]w)|(?:removed|deleted|cancell?ed|refunded|returned|rejected|declined|skipped|dismissed|abandoned|dropped|withdrawn)$/;

/** True for a type that is taken for a view, since it is not known, but sounds like its opposite. */
export function soundsUndoing(cell: string): boolean {
  return !isKnownType(cell) && UNDOING.test(typeKey(cell));
}

/** The weight of an event type, by its `typeKey`. */
export function typeWeight(key: string): number {
  return KNOWN.get(key) ?? VIEW_WEIGHT;
}

export type EventTypes = ReturnType<typeof eventTypes>;

/**
 * Collects the event types of a file, or the statuses of its orders, while its rows are read.
 * @param stated weights by name, which override those of `weightOf`; names are matched without case and punctuation.
 */
export function eventTypes(stated: EventWeights, weightOf = typeWeight) {
  const statedByKey = new Map([...stated].map(([name, weight]) => [typeKey(name), weight]));
  const byKey = new Map<string, EventType>();
  return {
    /** The type in a cell. The caller counts its rows, since it may still refuse the row. */
    of(cell: string): EventType {
      const key = typeKey(cell);
      const weight = statedByKey.get(key) ?? weightOf(key);
      const type = byKey.get(key) ?? { name: cell.trim(), weight, rows: 0 };
      byKey.set(key, type);
      return type;
    },

    /** The types so far, in the order in which they first came. */
    get inOrder(): EventType[] {
      return [...byKey.values()];
    },

    /** The types so far, those with the most rows first. */
    get met(): EventType[] {
      return this.inOrder.sort((a, b) => b.rows - a.rows);
    },
  };
}

/** The key by which types are matched: `Add to cart`, `ADD_TO_CART`, `addtocart` → `addtocart`; a name of only symbols stays as it is. */
export function typeKey(name: string): string {
  return normalised(name) || name.trim();
}

function weightsOf(names: Readonly<Record<number, string>>): Map<string, number> {
  return new Map(
    Object.entries(names).flatMap(([weight, list]) =>
      list.split(/\s+/).map((name): [string, number] => [name, Number(weight)]),
    ),
  );
}

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
const KNOWN_STATUSES = new Set(
  `complete completed paid shipped delivered processing pending pendingpayment onhold fulfilled unfulfilled approved created
  invoiced unavailable new closed open authorized authorised partiallyrefunded partiallypaid partial unshipped bezahlt
  versendet abgeschlossen offen payee paye expediee livree pagado enviado entregado completado`.split(/\s+/),
);

/** The weight of rows by the status of their order: 0 if it was cancelled, refunded, voided or the like. */
export function statusWeight(key: string): number {
  const plain = plainKey(key);
  const isCancelled = CANCELLED_STATUSES.has(plain.replace(/^wc/, '')) || CANCELLED_PATTERN.test(plain);
  return isCancelled ? CANCELLED : COUNTS;
}

/** Statuses (by `typeKey`) that only applications and enrolments have. */
const UNDERTAKINGS = new Set(
  `applied interview interviewed interviewing shortlisted hired withdrawn withdrew enrolled enroled dropped droppedout dropout
  waitlisted attended`.split(/\s+/),
);
/** What others decided about these, or how they went: people had chosen them all the same. */
const TURNED_DOWN = ['rejected', 'declined', 'denied', 'failed', 'expired', 'abandoned'];

/**
 * Weights that depend on the other statuses of a column: in shops with both `complete` and `closed`, refunded orders are `closed`; applications
 * that were rejected and courses that were failed count.
 */
export function statusWeightsAmong(cells: ReadonlySet<string>): [string, number][] {
  const keys = new Set([...cells].map(typeKey));
  if ([...keys].some((key) => UNDERTAKINGS.has(key))) return TURNED_DOWN.map((key) => [key, COUNTS]);
  return keys.has('complete') && keys.has('closed') ? [['closed', CANCELLED]] : [];
}

/** True for a known status of orders. */
export function isOrderStatus(cell: string): boolean {
  const key = plainKey(typeKey(cell));
  return KNOWN_STATUSES.has(key) || KNOWN_STATUSES.has(key.replace(/^wc/, '')) || statusWeight(key) === CANCELLED;
}

/** What stands for no, or for no date, besides empty cells. */
const NOTHING = /^(?:0+(?:[.,]0+)?|null|none|na|nan|n\/a|-+|(?:0001|1900|1970|9999)-\d\d-\d\d.*)$/i;

/** True if a cell of a column like `cancelled_at` means that the order was cancelled. */
export function saysCancelled(cell: string): boolean {
  return !isNoDate(cell) && truthWord(cell) !== 0 && !NOTHING.test(cell.trim());
}

function plainKey(key: string): string {
  return key.normalize('NFD').replace(/\p{M}/gu, '');
}
