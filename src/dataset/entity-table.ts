import { type CellColumn, isBlank } from '../csv/cells.js';
import type { Row } from '../csv/table.js';
import type { SkippedKind } from '../events/event-columns.js';
import type { IdIndex } from '../events/ids.js';

/**
 * The columns of a file about subjects (items, or users), one list of cells a column, by the subject's index.
 *
 * A file may have several rows of one subject, as an export of sales has of an item: the first filled cell stands, and
 * how often later rows disagree tells a column about the subject from one about the sale.
 */
export class EntityTable {
  readonly rows = { used: 0, repeated: 0 };
  readonly withoutId: SkippedKind = { count: 0, firstLine: 0 };
  readonly columns: readonly number[];
  readonly #cells: string[][];
  readonly #disagree: Float64Array;
  readonly #compared: Float64Array;
  readonly #variants = new Map<number, Map<string, number>>();
  readonly #seen = new Set<number>();
  readonly #voted: number | undefined;

  /**
   * @param columns the positions of the columns to keep.
   * @param voted the one among them whose commonest cell stands instead of the first (a title, among spoilt ones).
   */
  constructor(columns: readonly number[], voted: number | undefined) {
    this.columns = columns;
    this.#cells = columns.map(() => []);
    this.#disagree = new Float64Array(columns.length);
    this.#compared = new Float64Array(columns.length);
    this.#voted = voted === undefined ? undefined : columns.indexOf(voted);
  }

  /**
   * Takes a row of the file: whole, or not at all. Its subject is added to `ids`.
   * @param read is given the cells before anything is taken, and may refuse them; what it returns is given the subject then.
   * @throws BadRow for an id that is not UTF-8, and what `read` throws.
   */
  take(
    { cells, line }: Row,
    idAt: number,
    ids: IdIndex,
    read: (cells: readonly string[]) => (subject: number) => void = () => () => {},
  ): void {
    const id = cells[idAt] ?? '';
    if (isBlank(id)) {
      if (this.withoutId.count++ === 0) this.withoutId.firstLine = line;
      return;
    }
    const use = read(cells);
    const subject = ids.add(id);
    this.#take(subject, cells);
    use(subject);
  }

  /** True for a subject that has a row of its own in this file. */
  has(subject: number): boolean {
    return this.#seen.has(subject);
  }

  /** The cells of a column for the subjects 0 to `count`; '' where the file says nothing. */
  cellsOf(column: number, count: number): string[] {
    const at = this.columns.indexOf(column);
    const cells = this.#cells[at] ?? [];
    return Array.from({ length: count }, (_, subject) => {
      const votes = at === this.#voted ? this.#variants.get(subject) : undefined;
      return votes ? commonest(votes) : (cells[subject] ?? '');
    });
  }

  /** The columns as they are, for the subjects 0 to `count`; one without a name is left out. */
  cellColumns(header: readonly string[], count: number): CellColumn[] {
    const named = this.columns.filter((at) => header[at]);
    return named.map((at) => ({ name: header[at] ?? '', cells: this.cellsOf(at, count) }));
  }

  /** The share of repeated rows whose cell differs from the one that stands. */
  disagreement(column: number): number {
    const at = this.columns.indexOf(column);
    const compared = this.#compared[at] ?? 0;
    return compared === 0 ? 0 : (this.#disagree[at] ?? 0) / compared;
  }

  #take(subject: number, cells: readonly string[]): void {
    const repeated = this.#seen.has(subject);
    if (repeated) this.rows.repeated++;
    else this.rows.used++;
    this.#seen.add(subject);
    this.columns.forEach((column, at) => {
      const cell = cells[column] ?? '';
      if (cell === '') return;
      const kept = this.#cells[at];
      if (!kept) return;
      const before = kept[subject];
      if (before === undefined) {
        kept[subject] = cell;
        return;
      }
      this.#compared[at] = (this.#compared[at] ?? 0) + 1;
      if (before !== cell) this.#disagree[at] = (this.#disagree[at] ?? 0) + 1;
      if (at === this.#voted) this.#vote(subject, before, cell);
    });
  }

  /** Counts a repeated cell; the tally begins, with the first cell in it, when a second one comes. */
  #vote(subject: number, first: string, cell: string): void {
    const votes = this.#variants.get(subject) ?? new Map([[first, 1]]);
    votes.set(cell, (votes.get(cell) ?? 0) + 1);
    this.#variants.set(subject, votes);
  }
}

/** The value with most votes; the one met first among equals. */
function commonest(votes: ReadonlyMap<string, number>): string {
  let best = '';
  let most = 0;
  for (const [value, count] of votes) {
    if (count > most) {
      best = value;
      most = count;
    }
  }
  return best;
}
