import { type CellColumn, isBlank } from '../../csv/cells.js';
import type { Row } from '../../csv/table.js';
import { countSkipped, noneSkipped } from '../../events/event-columns.js';
import type { IdIndex } from '../../events/ids.js';

/**
 * The columns of a file about subjects (items, or users), one list of cells a column, by the subject's index.
 *
 * A file may have several rows of one subject, as an export of sales has of an item: the first filled cell stands, and
 * how often later rows disagree tells a column about the subject from one about the sale.
 *
 * @param columns the positions of the columns to keep.
 * @param voted the one among them whose commonest cell stands instead of the first (a title, among spoilt ones).
 */
export function entityTable(columns: readonly number[], voted: number | undefined) {
  const rows = { used: 0, repeated: 0 };
  const withoutId = noneSkipped();
  const kept: string[][] = columns.map(() => []);
  const disagree = new Float64Array(columns.length);
  const compared = new Float64Array(columns.length);
  const variants = new Map<number, Map<string, number>>();
  const seen = new Set<number>();
  const votedAt = voted === undefined ? undefined : columns.indexOf(voted);

  /** Counts a repeated cell; the tally begins, with the first cell in it, when a second one comes. */
  const vote = (subject: number, first: string, cell: string): void => {
    const votes = variants.get(subject) ?? new Map([[first, 1]]);
    votes.set(cell, (votes.get(cell) ?? 0) + 1);
    variants.set(subject, votes);
  };

  const takeCells = (subject: number, cells: readonly string[]): void => {
    if (seen.has(subject)) rows.repeated++;
    else rows.used++;
    seen.add(subject);
    kept.forEach((own, at) => {
      const cell = cells[columns[at] ?? -1] ?? '';
      if (cell === '') return;
      const before = own[subject];
      if (before === undefined) {
        own[subject] = cell;
        return;
      }
      compared[at]!++;
      if (before !== cell) disagree[at]!++;
      if (at === votedAt) vote(subject, before, cell);
    });
  };

  /** The cells of a column for the subjects 0 to `count`; '' where the file says nothing. */
  const cellsOf = (column: number, count: number): string[] => {
    const at = columns.indexOf(column);
    const cells = kept[at] ?? [];
    return Array.from({ length: count }, (_, subject) => {
      const votes = at === votedAt ? variants.get(subject) : undefined;
      return votes ? commonest(votes) : (cells[subject] ?? '');
    });
  };

  return {
    rows,
    withoutId,
    cellsOf,

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
        countSkipped(withoutId, line);
        return;
      }
      const use = read(cells);
      const subject = ids.add(id);
      takeCells(subject, cells);
      use(subject);
    },

    /** True for a subject that has a row of its own in this file. */
    has: (subject: number) => seen.has(subject),

    /** The columns as they are, for the subjects 0 to `count`; one without a name is left out. */
    cellColumns(header: readonly string[], count: number): CellColumn[] {
      const named = columns.filter((at) => header[at]);
      return named.map((at) => ({ name: header[at] ?? '', cells: cellsOf(at, count) }));
    },

    /** The share of repeated rows whose cell differs from the one that stands. */
    disagreement(column: number): number {
      const at = columns.indexOf(column);
      const repeated = compared[at] ?? 0;
      return repeated === 0 ? 0 : (disagree[at] ?? 0) / repeated;
    },
  };
}
export type EntityTable = ReturnType<typeof entityTable>;

/** The value with most votes; the one met first among equals. */
function commonest(votes: ReadonlyMap<string, number>): string {
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), ['', 0])[0];
}
