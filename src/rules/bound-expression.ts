import { shown } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import type { Failure } from '../failure.js';
import { closest } from '../understanding/closest.js';
import { columnKey } from '../understanding/vocabulary.js';
import {
  type Condition,
  type Expression,
  isReference,
  type Literal,
  type Operand,
  type Reference,
} from './expression.js';
import {
  type Cells,
  FALSE,
  holds,
  opposite,
  type Relation,
  type Rule,
  type Side,
  simplified,
  TRUE,
  truthOf,
  UNKNOWN,
} from './rule.js';
import { refusal } from './tokens.js';
import { type CellColumn, isMissing, type Symbols, symbolOf, type Texts, TypedColumn } from './typed-column.js';

export type { CellColumn } from './typed-column.js';

/** The columns that an expression may name, those of a side equally long. */
export interface Columns {
  item: readonly CellColumn[];
  user: readonly CellColumn[];
}

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
  const binder = new Binder(expression, columns, now, dayOrder);
  return new BoundExpression(binder.rule(expression.root), [...binder.unreadable.values()]);
}

/** An expression that knows its columns: it says for each item, or pair of item and user, whether it holds. */
export class BoundExpression {
  /** As data, which may travel to another process. */
  readonly rule: Rule;
  /** Sentences about cells that could not be read, and count as missing. */
  readonly unreadable: readonly string[];
  readonly usesUser: boolean;
  readonly #facets: ((user: number) => number | string)[] = [];

  constructor(rule: Rule, unreadable: readonly string[] = []) {
    this.rule = rule;
    this.unreadable = unreadable;
    this.#gather(rule);
    this.usesUser = this.#facets.length > 0;
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
    if (rule.type === 'known') {
      if (rule.of === 'user') this.#facets.push((user) => rule.truth[user] ?? UNKNOWN);
    } else if (rule.type === 'pair') {
      const cells = rule.of === 'user' ? rule.left : rule.right;
      if (cells instanceof Float64Array) this.#facets.push((user) => cells[user] ?? Number.NaN);
      else this.#facets.push((user) => cells.values.subarray(cells.offsets[user], cells.offsets[user + 1]).join());
    } else if (rule.type === 'not') this.#gather(rule.part);
    else for (const part of rule.parts) this.#gather(part);
  }
}

/** By item, 1 where the expression holds for it and a user. @param items how many there are. */
export function maskOf(bound: BoundExpression, items: number, user: number): Uint8Array {
  const mask = new Uint8Array(items);
  for (let item = 0; item < items; item++) if (bound.matches(item, user)) mask[item] = 1;
  return mask;
}

type Kind = 'numbers' | 'dates' | 'truths' | 'texts';
const KINDS = { number: 'numbers', date: 'dates', truth: 'truths', text: undefined } as const;
const NAMES = { numbers: 'numbers', dates: 'dates', truths: 'true or false' } as const;

/** An operand with its cells; of literals, their texts are the cells. */
interface Bound {
  operand: Operand;
  column: TypedColumn;
  /** Undefined for literals. */
  side: Side | undefined;
}

class Binder {
  readonly unreadable = new Map<string, string>();
  readonly #expression: Expression;
  readonly #columns: Columns;
  readonly #now: number;
  readonly #dayOrder: DayOrder | undefined;
  readonly #typed = new Map<CellColumn, TypedColumn>();
  readonly #symbols: Symbols = new Map();

  constructor(expression: Expression, columns: Columns, now: number, dayOrder: DayOrder | undefined) {
    this.#expression = expression;
    this.#columns = columns;
    this.#now = now;
    this.#dayOrder = dayOrder;
  }

  rule(condition: Condition): Rule {
    switch (condition.type) {
      case 'all':
      case 'any':
        return simplified(condition.type, condition.parts, (part) => this.rule(part));
      case 'not':
        return opposite(this.rule(condition.part));
      case 'missing':
        return this.#each(condition.column, (column, index) => (column.isMissing(index) ? TRUE : FALSE));
      case 'contains': {
        const text = condition.text.toLowerCase();
        const found = (column: TypedColumn, index: number) => (column.contains(index, text) ? TRUE : FALSE);
        return this.#each(condition.column, (column, at) => (column.isMissing(at) ? UNKNOWN : found(column, at)));
      }
      case 'in':
        return this.#comparison('in', condition.left, condition.right);
      case 'compare':
        return this.#comparison(condition.op, condition.left, condition.right);
    }
  }

  #each(reference: Reference, truth: (column: TypedColumn, index: number) => number): Rule {
    const { column, side } = this.#found(reference);
    return known(side, column.length, (index) => truth(column, index));
  }

  #comparison(op: Relation, leftOperand: Operand, rightOperand: Operand): Rule {
    const left = this.#bound(leftOperand);
    const right = this.#bound(rightOperand);
    const kind = this.#kind(op, left, right);
    const [cells, others] = [this.#cells(left, kind), this.#cells(right, kind)];
    const of = left.side ?? right.side ?? 'item';
    if (left.side && right.side && left.side !== right.side)
      return { type: 'pair', op, of, left: cells, right: others };
    const count = left.side ? left.column.length : right.column.length;
    if (!isReference(rightOperand) && rightOperand.length > 1 && others instanceof Float64Array) {
      const wanted = new Set(others);
      const numbers = cells as Float64Array;
      const among = (index: number) => (wanted.has(numbers[index] ?? Number.NaN) ? TRUE : FALSE);
      return known(of, count, (index) => (Number.isNaN(numbers[index]) ? UNKNOWN : among(index)));
    }
    return known(of, count, (at) => holds(op, cells, left.side ? at : 0, others, right.side ? at : 0));
  }

  /** As what two operands are compared. */
  #kind(op: Relation, left: Bound, right: Bound): Kind {
    const literals = [left, right].flatMap(({ operand }) => (isReference(operand) ? [] : operand));
    const types = new Set(literals.map(({ type }) => type));
    const isOrder = /[<>]/.test(op);
    const [type] = types;
    const stated = types.size === 1 && type ? KINDS[type] : undefined;
    if (op === 'in') return 'texts';
    if (stated && !(isOrder && stated === 'truths')) return stated;
    const both = (is: (column: TypedColumn) => boolean) => is(left.column) && is(right.column);
    if (!isOrder) return both((column) => column.isPlainlyNumeric) ? 'numbers' : 'texts';
    if (both((column) => column.numbers.isReadable)) return 'numbers';
    if (both((column) => column.dates.isReadable)) return 'dates';
    const { operand } = right.side && !right.column.numbers.isReadable && !right.column.dates.isReadable ? right : left;
    const at = literals[0]?.at ?? (isReference(operand) ? operand.at : 0);
    const what = literals[0] ? shown(literals[0].text) : 'a column of texts';
    throw this.#refused(at, `"${op}" compares numbers or dates, and ${what} is neither`);
  }

  #cells({ operand, column, side }: Bound, kind: Kind): Cells {
    if (kind === 'texts') return isReference(operand) ? column.texts(this.#symbols) : this.#textsOf(operand);
    if (!isReference(operand))
      return Float64Array.from(operand, (literal, at) => this.#value(literal, column[kind].values[at]));
    const { values, isReadable, unreadable, why } = column[kind];
    const name = shown(column.name);
    if (!isReadable) {
      const says = why ?? `holds ${unreadable.example}, and no ${NAMES[kind]}`;
      throw this.#refused(operand.at, `column ${name} ${says}`);
    }
    if (unreadable.count > 0) {
      const { count, example } = unreadable;
      const which = `${count} of ${column.length} cells of the ${side}s' column ${name}`;
      const text = `${this.#expression.option}: ${which} are not ${NAMES[kind]}, such as ${example}; they count as missing`;
      this.unreadable.set(`${side} ${name} ${kind}`, text);
    }
    return values;
  }

  #value({ type, value, from }: Literal, asText = Number.NaN): number {
    if (type === 'text') return asText;
    return value + (from === 'now' ? this.#now : from === 'today' ? Math.floor(this.#now / DAY) * DAY : 0);
  }

  /** One cell with all of the texts. */
  #textsOf(literals: readonly Literal[]): Texts {
    const missing = literals.find(({ text }) => isMissing(text));
    if (missing) {
      const advice = 'counts as missing in every column; write "is missing"';
      throw this.#refused(missing.at, `${shown(missing.text)} ${advice}`);
    }
    const symbols = literals.map(({ text }) => symbolOf(text.trim().toLowerCase(), this.#symbols));
    const values = Uint32Array.from(symbols).sort();
    return { offsets: Uint32Array.of(0, values.length), values };
  }

  #bound(operand: Operand): Bound {
    if (isReference(operand)) return { operand, ...this.#found(operand) };
    const cells = operand.map(({ text }) => text);
    return { operand, side: undefined, column: new TypedColumn({ name: '', cells }, this.#dayOrder) };
  }

  #found({ of, name, at }: Reference): { column: TypedColumn; side: Side } {
    const sides: readonly Side[] = of ? [of] : ['item', 'user'];
    // A header of flattened JSON may itself begin with "user.".
    const places = [
      ...sides.map((side) => ({ side, wanted: name })),
      ...(of ? [{ side: 'item' as const, wanted: `${of}.${name}` }] : []),
    ];
    for (const { side, wanted } of places) {
      const columns = this.#columns[side];
      const same = columns.filter((column) => column.name === wanted);
      const key = columnKey(wanted);
      const [found, other] =
        same.length > 0 ? same : columns.filter((column) => key !== '' && columnKey(column.name) === key);
      if (found && other) {
        throw this.#refused(
          at,
          `${shown(found.name)} and ${shown(other.name)} could each be ${shown(wanted)}; rename one`,
        );
      }
      if (!found) continue;
      const column = this.#typed.get(found) ?? new TypedColumn(found, this.#dayOrder);
      this.#typed.set(found, column);
      return { column, side };
    }
    throw this.#unknown(sides, name, at);
  }

  #unknown(sides: readonly Side[], name: string, at: number): Failure {
    const near = closest(
      name,
      sides.flatMap((side) => this.#columns[side].map((column) => column.name)),
    );
    const hint = near === undefined ? '; texts go in quotes' : `; did you mean ${shown(near)}?`;
    const lists = sides.map((side) => `\n  columns of ${side}s: ${namesOf(this.#columns[side])}`);
    return this.#refused(at, `no column ${shown(name)}${hint}`, lists.join(''));
  }

  #refused(at: number, message: string, more = ''): Failure {
    return refusal(this.#expression, at, message, more);
  }
}

const DAY = 86_400;
const NAMES_SHOWN = 30;

function namesOf(columns: readonly CellColumn[]): string {
  const names = columns.slice(0, NAMES_SHOWN).map(({ name }) => shown(name));
  if (columns.length > NAMES_SHOWN) names.push(`and ${columns.length - NAMES_SHOWN} more`);
  return names.join(', ') || 'none';
}

function known(of: Side, count: number, truth: (index: number) => number): Rule {
  const all = new Uint8Array(count);
  for (let index = 0; index < count; index++) all[index] = truth(index);
  return { type: 'known', of, truth: all };
}
