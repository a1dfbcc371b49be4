import type { CellColumn } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import { Binder, type Columns } from './binder.js';
import type { Expression } from './expression.js';
import { type Rule, type Side, TRUE, truthOf, UNKNOWN } from './rule.js';
import { TypedColumn } from './typed-column.js';

/**
 * Binds an expression to columns: finds them by their names, decides as what they are compared, and reads their cells.
 *
 * @param now seconds since 1970. @param dayOrder as `--date-order` says.
 * @throws Failure 2, with a mark under the place, for a column that is not there or whose cells cannot be what they are compared with.
 */
export function bindExpression(
  expression: Expression,
  columns: Columns,
  now: number,
  dayOrder?: DayOrder,
): BoundExpression {
  const newColumn = (column: CellColumn) => new TypedColumn(column, dayOrder);
  const binder = new Binder({ expression, columns, now, newColumn, known });
  return new BoundExpression(binder.rule(expression.root), [...binder.unreadable]);
}

function known(of: Side, count: number, truth: (index: number) => number): Rule {
  const all = new Uint8Array(count);
  for (let index = 0; index < count; index++) all[index] = truth(index);
  return { type: 'known', of, truth: all };
}

/** An expression that knows its columns: it says for each item, or pair of item and user, whether it holds. */
export class BoundExpression {
  /** As data, which may travel to another process. */
  readonly rule: Rule;
  /** Sentences about cells that could not be read, and count as missing. */
  readonly unreadable: readonly string[];
  readonly #facets: ((user: number) => number | string)[] = [];

  constructor(rule: Rule, unreadable: readonly string[] = []) {
    this.rule = rule;
    this.unreadable = unreadable;
    this.#gather(rule);
  }

  get usesUser(): boolean {
    return this.#facets.length > 0;
  }

  /** Both by index. Where the expression uses no column of users, `user` may be anything. */
  matches(item: number, user: number): boolean {
    return truthOf(this.rule, item, user) === TRUE;
  }

  /** Users with the same key have the same answers for every item. */
  userKey(user: number): string {
    return this.#facets.map((facet) => facet(user)).join('|');
  }

  #gather(rule: Rule): void {
    if (rule.type === 'not') this.#gather(rule.part);
    if (rule.type === 'all' || rule.type === 'any') for (const part of rule.parts) this.#gather(part);
    if (rule.type === 'known' && rule.of === 'user') this.#facets.push((user) => rule.truth[user] ?? UNKNOWN);
    if (rule.type !== 'pair') return;
    const cells = rule.of === 'user' ? rule.left : rule.right;
    if (cells instanceof Float64Array) this.#facets.push((user) => cells[user] ?? Number.NaN);
    else this.#facets.push((user) => cells.values.subarray(cells.offsets[user], cells.offsets[user + 1]).join());
  }
}

/** By item, 1 where the expression holds for it and a user. @param items how many there are. */
export function maskOf(bound: BoundExpression, items: number, user: number): Uint8Array {
  const mask = new Uint8Array(items);
  for (let item = 0; item < items; item++) if (bound.matches(item, user)) mask[item] = 1;
  return mask;
}
