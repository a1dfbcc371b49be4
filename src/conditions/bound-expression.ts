import type { CellColumn } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import { type Columns, ruleOf } from './binder.js';
import type { Expression } from './expression.js';
import { type Rule, type Side, TRUE, truthOf, UNKNOWN } from './rule.js';
import { typedColumn } from './typed-column.js';

/**
 * Binds an expression to columns: finds them by their names, decides how to compare them, and reads their cells.
 *
 * @param now seconds since 1970. @param dayOrder from `--date-order`.
 * @throws Failure 2, with a mark under the place, for a column that does not exist or whose cells cannot be compared like this.
 */
export function bindExpression(
  expression: Expression,
  columns: Columns,
  now: number,
  dayOrder?: DayOrder,
): BoundExpression {
  const newColumn = (column: CellColumn) => typedColumn(column, dayOrder);
  const { rule, unreadable } = ruleOf({ expression, columns, now, newColumn, known });
  return boundExpression(rule, [...unreadable]);
}

function known(side: Side, count: number, truth: (index: number) => number): Rule {
  const all = new Uint8Array(count);
  for (let index = 0; index < count; index++) all[index] = truth(index);
  return { type: 'known', side, truth: all };
}

/**
 * An expression with its columns: tells if it holds for an item, or for an item and a user.
 * @param rule plain data, which may be sent to another process.
 * @param unreadable sentences about cells that cannot be read and count as missing.
 */
export function boundExpression(rule: Rule, unreadable: readonly string[] = []) {
  const facets = facetsOf(rule);
  return {
    rule,
    unreadable,
    usesUser: facets.length > 0,
    /** By index. If the expression uses no column of users, `user` may be anything. */
    matches: (item: number, user: number) => truthOf(rule, item, user) === TRUE,
    /** For users with the same key, the expression holds for the same items. */
    userKey: (user: number) => facets.map((facet) => facet(user)).join('|'),
  };
}
export type BoundExpression = ReturnType<typeof boundExpression>;

/** Functions of a user that together determine the result of a rule. */
function facetsOf(rule: Rule): ((user: number) => number | string)[] {
  if (rule.type === 'not') return facetsOf(rule.part);
  if (rule.type === 'all' || rule.type === 'any') return rule.parts.flatMap(facetsOf);
  if (rule.type === 'known' && rule.side === 'user') return [(user) => rule.truth[user] ?? UNKNOWN];
  if (rule.type !== 'pair') return [];
  const cells = rule.side === 'user' ? rule.left : rule.right;
  if (cells instanceof Float64Array) return [(user) => cells[user] ?? Number.NaN];
  return [(user) => cells.values.subarray(cells.offsets[user], cells.offsets[user + 1]).join()];
}

/** By item, 1 if the expression holds for it and the user. @param items how many there are. */
export function maskOf(bound: BoundExpression, items: number, user: number): Uint8Array {
  const mask = new Uint8Array(items);
  for (let item = 0; item < items; item++) if (bound.matches(item, user)) mask[item] = 1;
  return mask;
}
