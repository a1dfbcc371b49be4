import { isBlank } from '../csv/cells.js';
import { isOrderStatus } from '../events/event-types.js';
import type { SampledColumn } from './sampled-column.js';
import { columnKey, columnKeys, kindByName, OWN_ID, type Role, VOCABULARY } from './vocabulary.js';

/** A column whose name may mean a role. */
export interface Candidate {
  column: SampledColumn;
  /** Lower is better; two candidates with the same rank are ambiguous. */
  rank: number;
  /** The name usually means something else. */
  isStandIn: boolean;
  /** The name is a bare `id` or the like. */
  isBare: boolean;
  /** If nothing fits better, it gets the role although its values do not fit: reading reports what is wrong with them. */
  isKept: boolean;
}

/** What else decides if a column fits. */
interface Context {
  /** Whether the file has an item column, so that its rows are events. */
  hasItem: boolean;
  /** All candidates for the role. */
  others: readonly Candidate[];
}

/** Endings of names that most likely mean the role: `order_customer_id`. */
const ENDINGS: Partial<Record<Role, RegExp>> = {
  user: /(user|customer|client|member|buyer|visitor|shopper|student)id$|email$|(user|profile)name$/,
  item: /(product|article|movie|book|song|track|video|game)id$|sku$|asin$/,
  time: /(date|time|timestamp|datum|fecha)$|^(paid|placed|sold|bought|ordered)(at|on)$/,
};
/** Beginnings of names that mean another person, item or time than that of the event. */
const OTHERS =
  /^(parent|prev|previous|next|seller|vendor|author|creator|created|owner|supplier|merchant|store|shop|employee|staff|agent|referrer|sender|birth|release|publi|expir|valid|due|last|first)/;

/** The columns that may have a role by their names, best first. @param isOwn whether a bare `id` may. */
export function candidatesOf(columns: readonly SampledColumn[], role: Role, isOwn: boolean): Candidate[] {
  const { sure, standIn } = VOCABULARY[role];
  const words = [...sure, ...standIn];
  const candidates = columns.flatMap((column): Candidate[] => {
    const keys = columnKeys(column.name);
    const ranks = keys.flatMap((key, at) => {
      const rank = words.indexOf(key);
      // A match of the whole name is better than a match of a part.
      return rank < 0 ? [] : [rank + at / 8];
    });
    if (ranks.length > 0) {
      const rank = Math.min(...ranks);
      return [{ column, rank, isStandIn: rank >= sure.length, isBare: false, isKept: isKept(role, column) }];
    }
    const own = isOwn ? OWN_ID.indexOf(columnKey(column.name)) : -1;
    if (own >= 0) return [{ column, rank: words.length + own, isStandIn: false, isBare: true, isKept: false }];
    const isEnding = keys.some((key) => ENDINGS[role]?.test(key)) && !OTHERS.test(columnKey(column.name));
    // Each has its own rank, so the first of several such columns wins.
    const rank = words.length + OWN_ID.length + column.at;
    return isEnding ? [{ column, rank, isStandIn: true, isBare: false, isKept: false }] : [];
  });
  return candidates.sort((a, b) => a.rank - b.rank);
}

function isKept(role: Role, { name, filled }: SampledColumn): boolean {
  if (role === 'user' || role === 'item') return true;
  if (role === 'rating') return kindByName(name) === 'scale' && columnKey(name) !== 'note' && filled.length > 0;
  // "data" means date in Italian and Polish, but anything in English.
  return role === 'time' && columnKey(name) !== 'data' && filled.length > 0;
}

/** Why a column does not fit a role, as part of a sentence; '' if it fits. */
export function misfitReason(role: Role, candidate: Candidate, context: Context): string {
  return candidate.column.isNearlyEmpty ? 'is empty in nearly every row' : unfitValues(role, candidate, context);
}

/** Why the filled cells of a column do not fit a role; '' if they do. */
export function unfitValues(role: Role, { column, isBare }: Candidate, { hasItem, others }: Context): string {
  if (column.cells.length === 0) return '';
  switch (role) {
    case 'user':
      if (isBare && others.length > 1) return 'may be the row’s own id';
      if (isOneForMany(column, others)) return 'has one value for different people';
      if (namesKinds(column, others)) return `has only ${column.distinct.size} values`;
      return isBare && hasItem && column.isUnique ? 'is different on every row' : '';
    case 'order':
      return isNumbered(column) ? '' : 'holds no order numbers';
    case 'item':
      if (column.filled.length >= FEW_ROWS && column.distinct.size < 3) return 'has fewer than three different values';
      if (namesKinds(column, others)) return `has only ${column.distinct.size} values`;
      if (others.every(({ column: other }) => other === column || other.isNearlyEmpty || other.isUnique)) return '';
      return column.isRunning ? 'numbers the rows' : column.isLineNumber ? 'numbers the lines of orders' : '';
    case 'rating':
      return column.numbers < 0.5 ? 'holds no numbers' : '';
    case 'time':
      if (columnKey(column.name) === 'day' && column.filled.every((cell) => Number(cell) < 32))
        return 'is the day of a month';
      return column.times < 0.5 ? 'holds no times' : '';
    case 'event':
      return column.distinct.size > Math.max(MANY_TYPES, column.filled.length / 2) ? 'holds no event types' : '';
    case 'status':
      return column.filled.some(isOrderStatus) ? '' : 'holds no order statuses';
    default:
      return '';
  }
}

/** Ids that exports give to all visitors without an account. */
const NOBODY = new Set(
  `0,-1,guest,guest user,guest customer,anonymous,unknown,undefined,none,nil,null,missing,deleted,deleted user,[deleted],(none),(blank),
  not set,-,--,?,.,n.a.,n/a,[object object],00000000-0000-0000-0000-000000000000,gast,anonym,unbekannt,(leer),anonyme,inconnu,
  invité,(vide),invitado,anónimo,desconocido,(en blanco),ospite,anonimo,ゲスト,匿名,不明,游客,未知,гость,аноним`.split(
    /,\s*/,
  ),
);

export function isAnonymousId(id: string): boolean {
  return NOBODY.has(id.trim().toLowerCase().replace(/\.0+$/, ''));
}

/** True if rows with `0` or the like have several values in another column that may be the user. */
function isOneForMany(column: SampledColumn, others: readonly Candidate[]): boolean {
  const rows = column.cells.flatMap((cell, row) => (isAnonymousId(cell) && !isBlank(cell) ? [row] : []));
  return others.some(
    ({ column: other }) =>
      other !== column && new Set(rows.map((row) => other.cells[row]).filter((cell) => cell !== '')).size > 1,
  );
}

/** Kinds of clients or lines of products are few; with this many times as many ids in another column, that one is meant. */
const FEW_KINDS = 12;
const TIMES_AS_MANY = 10;

/** True if a few values alternate while another column that may have the role has many: `client` is `ios` or `web` beside a `uid`. */
function namesKinds({ cells, distinct }: SampledColumn, others: readonly Candidate[]): boolean {
  if (distinct.size > FEW_KINDS) return false;
  if (!others.some(({ column }) => !column.isUnique && column.distinct.size > TIMES_AS_MANY * distinct.size))
    return false;
  // In a file that is sorted by this column, a few values may be all that the sample shows.
  const changes = cells.filter((cell, row) => row > 0 && cell !== cells[row - 1]).length;
  return changes > TIMES_AS_MANY * distinct.size;
}

/** Order numbers have digits and no spaces: `#1001`, `B-2011-1000`, a UUID. */
function isNumbered({ filled }: SampledColumn): boolean {
  return filled.filter((cell) => /\d/.test(cell) && !/\s/.test(cell)).length >= 0.8 * filled.length;
}

/** With fewer rows, a column of only two items is plausible. */
const FEW_ROWS = 8;

/** Exports rarely have more event types. */
const MANY_TYPES = 12;
