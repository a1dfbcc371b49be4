import type { CellColumn } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import { Binder, type BoundColumn } from './binder.js';
import { parseExpression } from './expression.js';
import { TRUE, truthOf, UNKNOWN } from './rule.js';
import {
  isMissing,
  type NumberKind,
  type Numbers,
  type Symbols,
  type Texts,
  TypedColumn,
  textsOf,
} from './typed-column.js';

/** An expression over the rows of a file, as data that travels to whoever reads some of them. */
export interface RowTestSpec {
  text: string;
  option: string;
  /** Seconds since 1970. */
  now: number;
  dayOrder: DayOrder | undefined;
  /** The file's columns with the cells of its first rows, which decide how all are read. */
  sample: readonly CellColumn[];
}

/** More texts that no literal is are forgotten. */
const MOST_SYMBOLS = 1 << 16;

/** Says of each row of a file whether an expression holds, without knowing the other rows. */
export class RowTest {
  /** Where the columns are that it reads, rising. */
  readonly columns: readonly number[];
  readonly #cells: [at: number, column: RowColumn][] = [];
  readonly #truth: () => number;
  readonly #symbols: Symbols;
  readonly #literals: number;

  /** @throws Failure 2 as `parseExpression` and `bindExpression`. */
  constructor({ text, option, now, dayOrder, sample }: RowTestSpec) {
    const expression = parseExpression(text, option);
    const newColumn = (column: CellColumn) => {
      const row = new RowColumn(new TypedColumn(column, dayOrder));
      this.#cells.push([sample.indexOf(column), row]);
      return row;
    };
    const binder = new Binder(expression, { item: sample, user: [] }, now, newColumn, (_of, _count, truth) => ({
      type: 'row',
      truth: () => truth(0),
    }));
    const rule = binder.rule(expression.root);
    this.#truth = () => truthOf(rule, 0, 0);
    this.#symbols = binder.symbols;
    this.#literals = binder.symbols.size;
    this.columns = this.#cells.map(([at]) => at).sort((a, b) => a - b);
  }

  /** Undefined where a cell that decides is missing or cannot be read. @param cellAt gives the row's cells. */
  matches(cellAt: (column: number) => string): boolean | undefined {
    if (this.#symbols.size > MOST_SYMBOLS) {
      for (const [text, number] of this.#symbols) if (number >= this.#literals) this.#symbols.delete(text);
    }
    for (const [at, column] of this.#cells) column.put(cellAt(at));
    const truth = this.#truth();
    return truth === UNKNOWN ? undefined : truth === TRUE;
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
