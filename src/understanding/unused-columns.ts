import { isBlank, shown } from '../csv/cells.js';
import { saysCancelled, statusWeight, typeKey, typeWeight } from '../events/event-types.js';
import type { EventsRoles } from './file-roles.js';
import type { NamedColumns } from './roles.js';
import type { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';
import { columnKey, kindByName, VOCABULARY } from './vocabulary.js';

/** Names of columns that mark what was sent back. */
const RETURNED =
  /^(?:is|was|has|item|order)?(?:return(?:ed|s)?|refund(?:ed|s)?|sentback|retoure|retouren|retourniert|erstattet|rembourse|retourne|devuelto|reembolsado|devolvido|reso|rimborsato|geretourneerd|zwrocone)(?:at|on|date|datum|flag|qty|quantity|amount|count|units)?$/;
/** Names of columns that mark dislikes, what was given up, and rows that are not about customers. */
const UNWANTED =
  /^(?:is|was)?(?:disliked?|downvoted?|notinterested|test(?:order|user)?|bot|robot|spam|fraud|internal|uninstalled|unsubscribed|unfollowed|unliked|unenrolled|withdrawn|dropped|removed)(?:flag|at|on|date)?$/;
/** In a library or a rental shop, where returns mean nothing, most rows are returned. */
const FEW_MARKED = 0.5;

/** Columns of kinds of rows have few values. */
const MOST_KINDS = 30;
/** Kinds of rows (by `typeKey`) that undo others, besides those of events and of orders. */
const UNDOING = new Set(
  `closedlost noshow creditnote creditmemo gutschrift avoir notadecredito notacredito returnorder delete remove dropped
  droppedout dropout withdrawn withdrew unenrolled didnotfinish dnf`.split(/\s+/),
);
/** The same for opinions, which ratings state better. */
const OPINIONS = new Set(['down', 'negative', 'dislike', 'disliked', 'thumbsdown', 'downvote']);
/** Names of columns that may hold statuses of anything, and those that may even hold places. */
const ANY_STATUS = ['status', 'statut', 'situacao', 'статус', 'ステータス', '状态'].map(columnKey);
const PLACES = ['state', 'etat', 'estado'];
/** Names of columns that can only hold statuses of orders. */
const ORDER_STATUS = new Set(
  [...VOCABULARY.status.sure, 'orderstatusid', 'currentstate'].filter(
    (name) => ![...ANY_STATUS, ...PLACES].includes(name),
  ),
);
/** Names of columns in which 0 stands for what was only shown or looked at. */
const DONE = /^(?:label|purchases?|conversions?|(?:is|was|has)?(?:purchased|bought|ordered|converted))$/;

/**
 * Warns about columns that are not used although their values in the sample mean that some rows should not count like the others.
 * @param columns the unused columns of a file of events or orders.
 */
export function unusedWarnings(
  columns: readonly SampledColumn[],
  { set, shown: roles }: Pick<EventsRoles, 'set' | 'shown'>,
  named: NamedColumns,
): string[] {
  const rating = roles.find(([role]) => role === 'rating')?.[1];
  const isRated = rating !== undefined && kindByName(rating) !== 'count';
  const isOfOrders = set.order !== undefined || (rating !== undefined && !isRated);
  const isStatusSettled = set.status !== undefined || named.status !== undefined;
  return columns.flatMap((column) => {
    const marked = markedWarnings(column);
    if (marked.length > 0 || column.distinct.size > MOST_KINDS) return marked;
    const ofStatus = isStatusSettled
      ? []
      : [...undoingWarnings(column, isRated), ...statusWarnings(column, isOfOrders)].slice(0, 1);
    return named.rating === undefined ? [...ofStatus, ...numberWarnings(column, rating !== undefined)] : ofStatus;
  });
}

/** About columns whose names mean returns, dislikes, tests and the like. */
function markedWarnings({ name, cells }: SampledColumn): string[] {
  const isReturn = RETURNED.test(columnKey(name));
  if (!isReturn && !UNWANTED.test(columnKey(name))) return [];
  const kept = cells.filter((cell) => isBlank(cell) || !saysCancelled(cell));
  const marked = cells.length - kept.length;
  if (marked === 0 || marked >= FEW_MARKED * cells.length) return [];
  const column = `[${name}]`;
  const conditions = [
    ...(kept.some((cell) => !isBlank(cell)) ? [`${column} = false`] : []),
    ...(kept.some(isBlank) ? [`${column} is missing`] : []),
  ];
  const what = isReturn
    ? 'what was returned; it is not used, so returned items count like all others'
    : 'rows that should not count; it is not used, so they count like all others';
  return [
    `${shown(name)} seems to mark ${what}\n  --events-where ${shellWord(conditions.join(' or '))} leaves them out`,
  ];
}

/**
 * About kinds of rows that undo others, such as returns and down-votes, in columns of any name.
 * @param counting the statuses (by `typeKey`) that count in a column of statuses that is used, since they are of applications or courses.
 */
export function undoingWarnings(
  { name, cells, filled, distinct }: SampledColumn,
  isRated: boolean,
  counting?: readonly string[],
): string[] {
  const undoing = [...distinct].filter((cell) => {
    const key = typeKey(cell);
    if (UNDOING.has(key)) return true;
    if (counting) return counting.includes(key);
    if (OPINIONS.has(key)) return !isRated;
    // A change feed of a database marks deleted rows like this.
    if (key === 'd' && /^(?:cdc)?op(?:eration)?$/.test(columnKey(name))) return true;
    return statusWeight(key) === 0 || typeWeight(key) < 0;
  });
  const rows = filled.filter((cell) => undoing.includes(cell)).length;
  if (rows === 0 || (!counting && rows >= FEW_MARKED * cells.length)) return [];
  const condition = `not [${name}] in (${undoing.map((cell) => JSON.stringify(cell)).join(', ')})`;
  return [
    `${shown(name)} is ${undoing.map(shown).join(' or ')} in some rows; ${counting ? '' : 'it is not used, so '}they count like all others\n  --events-where ${shellWord(condition)} leaves them out, --status-col none says that all count`,
  ];
}

/** About statuses of orders by number or in another language. */
function statusWarnings({ name, distinct }: SampledColumn, isOfOrders: boolean): string[] {
  const key = columnKey(name);
  if (distinct.size < 2 || !(ORDER_STATUS.has(key) || (isOfOrders && ANY_STATUS.includes(key)))) return [];
  const some = [...distinct].slice(0, 6).join(', ');
  return [
    `no status in ${shown(name)} is known (${some}), so cancelled orders count like all others\n  --events-where ${shellWord(`not [${name}] in (…)`)} leaves out those that you list, --status-col none says that all count`,
  ];
}

/** About thumbs by number, with -1 for down, and about columns that say what came of a view, with 0 for nothing. */
function numberWarnings({ name, distinct }: SampledColumn, hasRating: boolean): string[] {
  const numberOf = (cell: string) => (/^(?:true|false)$/i.test(cell) ? Number(/^t/i.test(cell)) : Number(cell));
  const values = [...new Set([...distinct].map(numberOf))];
  const isDone = DONE.test(columnKey(name));
  const [lowest, highest] = isDone ? [0, Number.MAX_VALUE] : [-1, 1];
  if ((hasRating && !isDone) || values.length < 2 || !values.includes(lowest)) return [];
  if (!values.every((value) => value >= lowest && value <= highest)) return [];
  return [
    `${shown(name)} is ${lowest} in some rows; it is not used, so they count like all others\n  --rating-col ${shellWord(name)} reads it as ratings, --rating-col none says that all rows count`,
  ];
}
