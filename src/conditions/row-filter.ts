import type { CellColumn } from '../csv/cells.js';
import type { RowCondition, RowFilter } from '../events/event-columns.js';
import { type BoundColumn, ruleOf } from './binder.js';
import { parseExpression } from './expression.js';
import { FALSE, type Rule, type Side, truthOf, UNKNOWN } from './rule.js';
import { isMissing, type NumberKind, type Numbers, type TypedColumn, textsOf, typedColumn } from './typed-column.js';

/** With more symbols than this, those that are no literals are dropped to free memory. */
const MAX_SYMBOLS = 1 << 16;

/** A filter that takes rows for which all conditions hold. @throws Failure 2 like `parseExpression` and `bindExpression`. */
export function rowFilter(conditions: readonly RowCondition[]): RowFilter {
  const tests = conditions.map(rowTest);
  return {
    columns: tests.flatMap(({ columns }) => columns),
    takes: (cellAt) => {
      const truths = tests.map(({ truth }) => truth(cellAt));
      return truths.includes(FALSE) ? false : truths.includes(UNKNOWN) ? undefined : true;
    },
  };
}

/** True for a condition that depends on the current time. */
export function usesCurrentTime(text: string): boolean {
  return /\b(now|today)\b/i.test(text);
}

/** The condition without what it does not use: cells of other columns, and the current time. @throws Failure 2 like `rowFilter`. */
export function minimalCondition(condition: RowCondition): RowCondition {
  const { columns } = rowTest(condition);
  const sample = condition.sample.map((column, at) => (columns.includes(at) ? column : { ...column, cells: [] }));
  return { ...condition, now: usesCurrentTime(condition.text) ? condition.now : 0, sample };
}

/** A test of whether an expression holds for a row, independently of other rows, and the columns it needs. */
function rowTest({ text, option, now, dayOrder, sample }: RowCondition) {
  const expression = parseExpression(text, option);
  const named: { at: number; column: ReturnType<typeof rowColumn> }[] = [];
  const newColumn = (column: CellColumn) => {
    const row = rowColumn(typedColumn(column, dayOrder));
    named.push({ at: sample.indexOf(column), column: row });
    return row;
  };
  const known = (_side: Side, _count: number, truth: (index: number) => number): Rule => ({
    type: 'row',
    truth: () => truth(0),
  });
  const columns = { item: sample, user: [], fromOneFile: true };
  const { rule, symbols } = ruleOf({ expression, columns, now, newColumn, known });
  const literals = symbols.size;
  return {
    columns: named.map(({ at }) => at),
    truth(cellAt: (column: number) => string): number {
      if (symbols.size > MAX_SYMBOLS) {
        for (const [text, number] of symbols) if (number >= literals) symbols.delete(text);
      }
      for (const { at, column } of named) column.put(cellAt(at));
      return truthOf(rule, 0, 0);
    },
  };
}

/** A column of the current row, in the formats that the first rows decided. */
function rowColumn(sample: TypedColumn): BoundColumn & { put(cell: string): void } {
  const cells = [''];
  const byKind = new Map<NumberKind, Numbers>();
  const fills: ((cell: string) => void)[] = [];
  return {
    cells,
    name: sample.name,
    get isPlainlyNumeric() {
      return sample.isPlainlyNumeric;
    },
    put(cell) {
      cells[0] = cell;
      for (const fill of fills) fill(cell);
    },
    numbers(kind) {
      const known = byKind.get(kind);
      if (known) return known;
      const numbers = { ...sample.numbers(kind), values: new Float64Array(1) };
      const read = sample.reader(kind);
      fills.push((cell) => {
        numbers.values[0] = isMissing(cell) ? Number.NaN : read(cell);
      });
      byKind.set(kind, numbers);
      return numbers;
    },
    texts(symbols) {
      const texts = textsOf([], symbols);
      fills.push((cell) => Object.assign(texts, textsOf([sample.textsIn(cell)], symbols)));
      return texts;
    },
  };
}
