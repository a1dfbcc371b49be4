import type { CellColumn } from '../csv/cells.js';
import type { RowCondition, RowFilter } from '../events/event-columns.js';
import { Binder, type BoundColumn } from './binder.js';
import { parseExpression } from './expression.js';
import { FALSE, type Rule, type Side, truthOf, UNKNOWN } from './rule.js';
import {
  isMissing,
  type NumberKind,
  type Numbers,
  type Symbols,
  type Texts,
  TypedColumn,
  textsOf,
} from './typed-column.js';

/** More texts that no literal is are forgotten. */
const MOST_SYMBOLS = 1 << 16;

/** The filter of rows for which all conditions hold. @throws Failure 2 as `parseExpression` and `bindExpression`. */
export function rowFilter(conditions: readonly RowCondition[]): RowFilter {
  const tests = conditions.map((condition) => new RowTest(condition));
  return {
    columns: tests.flatMap((test) => test.columns),
    takes: (cellAt) => {
      const truths = tests.map((test) => test.truth(cellAt));
      return truths.includes(FALSE) ? false : truths.includes(UNKNOWN) ? undefined : true;
    },
  };
}

/** A condition, without the cells of columns that it does not name. @throws Failure 2 likewise. */
export function slimCondition(condition: RowCondition): RowCondition {
  const { columns } = new RowTest(condition);
  const sample = condition.sample.map((column, at) => (columns.includes(at) ? column : { ...column, cells: [] }));
  return { ...condition, sample };
}

/** Says of a row, without knowing the others, whether an expression holds. */
class RowTest {
  readonly #cells: [at: number, column: RowColumn][] = [];
  readonly #rule: Rule;
  readonly #symbols: Symbols;
  readonly #literals: number;

  constructor({ text, option, now, dayOrder, sample }: RowCondition) {
    const expression = parseExpression(text, option);
    const newColumn = (column: CellColumn) => {
      const row = new RowColumn(new TypedColumn(column, dayOrder));
      this.#cells.push([sample.indexOf(column), row]);
      return row;
    };
    const known = (_of: Side, _count: number, truth: (index: number) => number): Rule => ({
      type: 'row',
      truth: () => truth(0),
    });
    const columns = { item: sample, user: [], areOfOneFile: true };
    const binder = new Binder({ expression, columns, now, newColumn, known });
    this.#rule = binder.rule(expression.root);
    this.#symbols = binder.symbols;
    this.#literals = binder.symbols.size;
  }

  get columns(): number[] {
    return this.#cells.map(([at]) => at);
  }

  truth(cellAt: (column: number) => string): number {
    if (this.#symbols.size > MOST_SYMBOLS) {
      for (const [text, number] of this.#symbols) if (number >= this.#literals) this.#symbols.delete(text);
    }
    for (const [at, column] of this.#cells) column.put(cellAt(at));
    return truthOf(this.#rule, 0, 0);
  }
}

/** A column of the row that is read now, in the forms that the first rows decided. */
class RowColumn implements BoundColumn {
  readonly cells = [''];
  readonly #sample: TypedColumn;
  readonly #numbers = new Map<NumberKind, Numbers>();
  readonly #fill: ((cell: string) => void)[] = [];

  constructor(sample: TypedColumn) {
    this.#sample = sample;
  }

  get name(): string {
    return this.#sample.name;
  }

  get isPlainlyNumeric(): boolean {
    return this.#sample.isPlainlyNumeric;
  }

  put(cell: string): void {
    this.cells[0] = cell;
    for (const fill of this.#fill) fill(cell);
  }

  numbers(kind: NumberKind): Numbers {
    const made = this.#numbers.get(kind);
    if (made) return made;
    const numbers = { ...this.#sample.numbers(kind), values: new Float64Array(1) };
    const read = this.#sample.reader(kind);
    this.#fill.push((cell) => {
      numbers.values[0] = isMissing(cell) ? Number.NaN : read(cell);
    });
    this.#numbers.set(kind, numbers);
    return numbers;
  }

  texts(symbols: Symbols): Texts {
    const texts = textsOf([], symbols);
    this.#fill.push((cell) => Object.assign(texts, textsOf([this.#sample.textsIn(cell)], symbols)));
    return texts;
  }
}
