import type { Cells, Sums, SumsOf } from '../kernels/sums.js';
import { longestRow, type SparseRows } from '../matrix/sparse.js';
import type { StackedRows } from '../matrix/stacked-rows.js';
import type { Model } from './model.js';

/** Adds up the rows of a user's signals:  Σ   strength · scale · model[signal, item]. */
export interface Scores {
  /** The items that are touched, each once; good until the next user. An item whose sum is 0 may be among them. */
  of(user: number): Cells;
}

/** Scores straight from the rows of a model, which several can share. */
export class PlainScores implements Scores {
  readonly #model: Model;
  readonly #signals: SparseRows;
  /** One cell an item; between users all are 0. */
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #cells: Cells;

  constructor(model: Model, signals: SparseRows) {
    const { items } = model.counts;
    this.#model = model;
    this.#signals = signals;
    this.#sum = new Float64Array(items);
    this.#isTouched = new Uint8Array(items);
    this.#cells = { count: 0, index: new Uint32Array(items), value: new Float64Array(items) };
  }

  of(user: number): Cells {
    const { start, index, value } = this.#signals;
    const { rows } = this.#model;
    const sum = this.#sum;
    const isTouched = this.#isTouched;
    const touched = this.#cells.index;
    let count = 0;
    for (let s = start[user]!; s < start[user + 1]!; s++) {
      const strength = value[s]! * scaleOf(this.#model, index[s]!);
      if (strength === 0) continue;
      const { part, from, to } = rows.row(index[s]!);
      for (let e = from; e < to; e++) {
        const item = part.index[e]!;
        if (isTouched[item] === 0) {
          isTouched[item] = 1;
          touched[count++] = item;
        }
        sum[item]! += strength * part.value[e]!;
      }
    }
    for (let cell = 0; cell < count; cell++) {
      const item = touched[cell]!;
      this.#cells.value[cell] = sum[item]!;
      sum[item] = 0;
      isTouched[item] = 0;
    }
    this.#cells.count = count;
    return this.#cells;
  }
}

/** The rows of a model, copied to sums; several can score with them, one at a time. */
export class SummedRows {
  /** By signal: where its row lies; the row of signal s ends where that of s + 1 begins. */
  readonly start: Uint32Array;
  readonly sums: Sums;

  /** @param columns the items. @param most the largest number of signals that are added up. */
  constructor(rows: StackedRows, columns: number, most: number, sumsOf: SumsOf) {
    this.start = new Uint32Array(rows.rows + 1);
    let before = 0;
    rows.parts.forEach((part, k) => {
      for (let row = 0; row < part.rows; row++) this.start[rows.from[k]! + row] = before + part.start[row]!;
      before += part.index.length;
    });
    this.start[rows.rows] = before;
    this.sums = sumsOf({ columns, parts: rows.parts }, most);
  }

  /** Takes the values that such rows have now: whoever scores with them scores with these. */
  revalue({ parts }: StackedRows): void {
    this.sums.revalue(parts);
  }
}

/** The same scores from such a copy. */
export class SummedScores implements Scores {
  readonly #model: Omit<Model, 'rows'>;
  readonly #signals: SparseRows;
  readonly #rows: SummedRows;

  constructor(model: Omit<Model, 'rows'>, signals: SparseRows, rows: SummedRows) {
    this.#model = { counts: model.counts, scales: model.scales };
    this.#signals = signals;
    this.#rows = rows;
  }

  of(user: number): Cells {
    const { start, index, value } = this.#signals;
    const { sums, start: startOf } = this.#rows;
    const { segments } = sums;
    let count = 0;
    for (let s = start[user]!; s < start[user + 1]!; s++) {
      const signal = index[s]!;
      segments.from[count] = startOf[signal]!;
      segments.to[count] = startOf[signal + 1]!;
      segments.weight[count++] = value[s]! * scaleOf(this.#model, signal);
    }
    segments.count = count;
    return sums.addUp(-1);
  }
}

/** The same scores from a copy of its own of the model's rows. */
export function summedScores(model: Model, signals: SparseRows, sumsOf: SumsOf): SummedScores {
  return new SummedScores(model, signals, new SummedRows(model.rows, model.counts.items, longestRow(signals), sumsOf));
}

function scaleOf({ counts, scales }: Omit<Model, 'rows'>, signal: number): number {
  if (signal < counts.items) return scales.items;
  return signal < counts.items + counts.preferences ? scales.preferences : scales.groups;
}
