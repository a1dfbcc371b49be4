import { type CellColumn, shown } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import type { Failure } from '../failure.js';
import { didYouMean } from '../understanding/closest.js';
import { mayHaveThousands } from '../understanding/sampled-column.js';
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
  type BoundExpression,
  boundExpression,
  type Cells,
  FALSE,
  holds,
  opposite,
  type Relation,
  type Rule,
  type Side,
  simplified,
  TRUE,
  UNKNOWN,
} from './rule.js';
import { expressionFailure } from './tokens.js';
import { isMissing, type Kind, type Symbols, type TypedColumn, textsOf, typedColumn } from './typed-column.js';

/** The columns that an expression may use, those of a side equally long. */
export interface Columns extends Readonly<Record<Side, readonly CellColumn[]>> {
  /** The expression filters the rows of one file; its columns are under `item`. */
  fromOneFile?: boolean;
}

/** The part of a column that the binder uses. */
export type BoundColumn = Pick<TypedColumn, 'name' | 'cells' | 'isPlainlyNumeric' | 'numbers' | 'texts'>;

/** An operand and its cells. The cells of literals are their texts, and they have no side. */
interface Bound {
  operand: Operand;
  column: BoundColumn;
  side: Side | undefined;
}

/** An expression, and what it is bound to. */
interface Binding {
  expression: Expression;
  columns: Columns;
  /** Seconds since 1970. */
  now: number;
  newColumn: (column: CellColumn) => BoundColumn;
  /** Makes a rule that depends on one side only. */
  known: (side: Side, count: number, truth: (index: number) => number) => Rule;
}

const DAY = 86_400;
const NAMES_SHOWN = 30;
const KIND_OF_LITERAL = { number: 'numbers', date: 'dates', truth: 'truths', text: undefined } as const;
const KIND_NAMES = { numbers: 'numbers', dates: 'dates', truths: 'true or false' } as const;

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
 * Converts an expression to a rule: finds the columns that it names, and decides how to compare them.
 * @returns the rule, and distinct sentences about cells that cannot be read and count as missing.
 */
export function ruleOf({ expression, columns, now, newColumn, known }: Binding) {
  const symbols: Symbols = new Map();
  const unreadable = new Set<string>();
  const bound = new Map<CellColumn, BoundColumn>();

  const refused = (at: number, message: string, more = ''): Failure => expressionFailure(expression, at, message, more);

  const unknown = (sides: readonly Side[], name: string, at: number): Failure => {
    const names = (side: Side) => columns[side].map((column) => column.name);
    const hint = didYouMean(name, sides.flatMap(names), shown, '; texts go in quotes');
    const label = (side: Side) => (columns.fromOneFile ? 'its columns' : `columns of ${side}s`);
    const filled = sides.filter((side) => names(side).length > 0);
    const lists = filled.map((side) => `\n  ${label(side)}: ${namesShown(names(side))}`);
    if (filled.length === 0)
      lists.push('\n  there are no columns: --items FILE has columns of items, and profiles have columns of users');
    return refused(at, `no column ${shown(name)}${hint}`, lists.join(''));
  };

  const found = ({ side: stated, name, at }: Reference): { column: BoundColumn; side: Side } => {
    const sides: readonly Side[] = stated ? [stated] : ['item', 'user'];
    // The column name of flattened JSON may itself begin with "user.".
    const fullName = stated ? [{ side: 'item' as const, wanted: `${stated}.${name}` }] : [];
    for (const { side, wanted } of [...sides.map((side) => ({ side, wanted: name })), ...fullName]) {
      const key = columnKey(wanted);
      const same = columns[side].filter((column) => column.name === wanted);
      const alike = columns[side].filter((column) => key !== '' && columnKey(column.name) === key);
      const [first, rival] = same.length > 0 ? same : alike;
      if (first && rival) {
        throw refused(at, `${shown(first.name)} and ${shown(rival.name)} could each be meant; rename one`);
      }
      if (!first) continue;
      const column = bound.get(first) ?? newColumn(first);
      bound.set(first, column);
      return { column, side };
    }
    throw unknown(sides, name, at);
  };

  const boundOperand = (operand: Operand): Bound => {
    if (isReference(operand)) return { operand, ...found(operand) };
    const cells = operand.map(({ text }) => text);
    return { operand, side: undefined, column: typedColumn({ name: '', cells }, undefined) };
  };

  /** The type as which two operands are compared: that of the literals, otherwise numbers or dates if both columns have them. */
  const kindOf = (op: Relation, left: Bound, right: Bound): Kind => {
    const literals = [left, right].flatMap(({ operand }) => (isReference(operand) ? [] : operand));
    const [type, other] = new Set(literals.map((literal) => literal.type));
    const stated = type && !other ? KIND_OF_LITERAL[type] : undefined;
    const isOrder = /[<>]/.test(op);
    if (op === 'in') return 'texts';
    if (stated && !(isOrder && stated === 'truths')) return stated;
    const both = (is: (column: BoundColumn) => boolean) => is(left.column) && is(right.column);
    if (!isOrder) return both((column) => column.isPlainlyNumeric) ? 'numbers' : 'texts';
    for (const kind of ['numbers', 'dates'] as const)
      if (both((column) => column.numbers(kind).isReadable)) return kind;
    const isNeither = ({ column }: Bound) =>
      !column.numbers('numbers').isReadable && !column.numbers('dates').isReadable;
    const { operand, column } = [right, left].find(isNeither) ?? left;
    const [at, name] = isReference(operand) ? [operand.at, column.name] : [operand[0]?.at ?? 0, operand[0]?.text ?? ''];
    const why = [left, right].some(isNeither) ? `${shown(name)} is neither` : 'these are one of each';
    throw refused(at, `"${op}" compares numbers with numbers, or dates with dates, and ${why}`);
  };

  /** Literals as numbers, or as the texts of one cell. */
  const cellsOfLiterals = (literals: readonly Literal[], column: BoundColumn, kind: Kind): Cells => {
    if (kind !== 'texts') {
      const { values } = literals.some(({ type }) => type === 'text') ? column.numbers(kind) : { values: [] };
      const from = { now, today: Math.floor(now / DAY) * DAY };
      return Float64Array.from(literals, (each, at) => values[at] ?? each.value + (each.from ? from[each.from] : 0));
    }
    const missing = literals.find(({ text }) => isMissing(text));
    if (missing)
      throw refused(missing.at, `${shown(missing.text)} counts as missing in every column; write "is missing"`);
    return textsOf([new Set(literals.map(({ text }) => text.trim().toLowerCase()))], symbols);
  };

  const cellsOf = ({ operand, column, side }: Bound, kind: Kind): Cells => {
    if (!isReference(operand)) return cellsOfLiterals(operand, column, kind);
    if (kind === 'texts') return column.texts(symbols);
    const { values, isReadable, unreadable: odd, why } = column.numbers(kind);
    const name = shown(column.name);
    if (!isReadable) {
      throw refused(operand.at, `column ${name} ${why ?? `holds ${odd.example}, and no ${KIND_NAMES[kind]}`}`);
    }
    if (kind === 'numbers' && mayHaveThousands(column.cells.filter((cell) => !isMissing(cell)))) {
      const what = `the ${side}s' column ${name} holds numbers like 1.234 beside whole ones below 1000`;
      unreadable.add(`${expression.option}: ${what}: if the point separates thousands, they are read as too little`);
    }
    if (odd.count > 0) {
      const which = `${odd.count} of ${column.cells.length} cells of the ${side}s' column ${name}`;
      const reason = `are not ${KIND_NAMES[kind]}, such as ${odd.example}; they count as missing`;
      unreadable.add(`${expression.option}: ${which} ${reason}`);
    }
    return values;
  };

  const compared = (op: Relation, leftOperand: Operand, rightOperand: Operand): Rule => {
    const [left, right] = [boundOperand(leftOperand), boundOperand(rightOperand)];
    const kind = kindOf(op, left, right);
    const [cells, others] = [cellsOf(left, kind), cellsOf(right, kind)];
    const side = left.side ?? right.side ?? 'item';
    if (left.side && right.side && left.side !== right.side)
      return { type: 'pair', op, side, left: cells, right: others };
    const count = (left.side ? left : right).column.cells.length;
    if (cells instanceof Float64Array && others instanceof Float64Array && others.length > 1 && !right.side) {
      const wanted = new Set(others);
      const among = (number: number) => (wanted.has(number) ? TRUE : FALSE);
      return known(side, count, (index) => (Number.isNaN(cells[index]) ? UNKNOWN : among(cells[index]!)));
    }
    return known(side, count, (at) => holds(op, cells, left.side ? at : 0, others, right.side ? at : 0));
  };

  const eachCell = (reference: Reference, truth: (cell: string) => number): Rule => {
    const { column, side } = found(reference);
    return known(side, column.cells.length, (index) => truth(column.cells[index] ?? ''));
  };

  const ruleFor = (condition: Condition): Rule => {
    switch (condition.type) {
      case 'all':
      case 'any':
        return simplified(condition.type, condition.parts, ruleFor);
      case 'not':
        return opposite(ruleFor(condition.part));
      case 'missing':
        return eachCell(condition.column, (cell) => (isMissing(cell) ? TRUE : FALSE));
      case 'contains': {
        const text = condition.text.toLowerCase();
        const contains = (cell: string) => (cell.toLowerCase().includes(text) ? TRUE : FALSE);
        return eachCell(condition.column, (cell) => (isMissing(cell) ? UNKNOWN : contains(cell)));
      }
      case 'in':
        return compared('in', condition.left, condition.right);
      case 'compare':
        return compared(condition.op, condition.left, condition.right);
    }
  };
  return { rule: ruleFor(expression.root), symbols, unreadable };
}

function namesShown(names: readonly string[]): string {
  const shownNames = names.slice(0, NAMES_SHOWN).map(shown).join(', ');
  return names.length > NAMES_SHOWN ? `${shownNames} and ${names.length - NAMES_SHOWN} more` : shownNames;
}
