import { type CellColumn, isBlank } from '../../csv/cells.js';
import type { Row } from '../../csv/table.js';
import { countSkipped, noneSkipped } from '../../events/event-columns.js';
import type { IdIndex } from '../../events/ids.js';

/**
 * The columns of a file about entities (items, or users): for each column a list of cells, by the entity's index.
 *
 * A file may have several rows of one entity, as a sales export has several of an item. The first filled cell stands, and
 * how often later rows disagree tells a column about the entity from one about the sale.
 *
 * @param columns the positions of the columns to keep.
 * @param voted the one among them whose commonest cell stands instead of the first (the title, which sales exports spoil in some rows).
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

  /** Counts a repeated cell. The counts of an entity begin when its second cell comes, with the first included. */
  const vote = (entity: number, first: string, cell: string): void => {
    const votes = variants.get(entity) ?? new Map([[first, 1]]);
    votes.set(cell, (votes.get(cell) ?? 0) + 1);
    variants.set(entity, votes);
  };

  const takeCells = (entity: number, cells: readonly string[]): void => {
    if (seen.has(entity)) rows.repeated++;
    else rows.used++;
    seen.add(entity);
    kept.forEach((own, at) => {
      const cell = cells[columns[at] ?? -1] ?? '';
      if (cell === '') return;
      const before = own[entity];
      if (before === undefined) {
        own[entity] = cell;
        return;
      }
      compared[at]!++;
      if (before !== cell) disagree[at]!++;
      if (at === votedAt) vote(entity, before, cell);
    });
  };

  /** The cells of a column for the entities 0 to `count`; '' where the file has none. */
  const cellsOf = (column: number, count: number): string[] => {
    const at = columns.indexOf(column);
    const cells = kept[at] ?? [];
    return Array.from({ length: count }, (_, entity) => {
      const votes = at === votedAt ? variants.get(entity) : undefined;
      return votes ? commonest(votes) : (cells[entity] ?? '');
    });
  };

  return {
    rows,
    withoutId,
    cellsOf,

    /**
     * Takes a row of the file, and adds its entity to `ids`.
     * @returns the entity; undefined if the row has no id. @throws BadRow for an id that is not UTF-8.
     */
    take({ cells, line }: Row, idAt: number, ids: IdIndex): number | undefined {
      const id = cells[idAt] ?? '';
      if (isBlank(id)) {
        countSkipped(withoutId, line);
        return undefined;
      }
      const entity = ids.add(id);
      takeCells(entity, cells);
      return entity;
    },

    /** True for an entity that has a row of its own in this file. */
    has: (entity: number) => seen.has(entity),

    /** The columns as they are, for the entities 0 to `count`; one without a name is left out. */
    cellColumns(header: readonly string[], count: number): CellColumn[] {
      const named = columns.filter((at) => header[at]);
      return named.map((at) => ({ name: header[at] ?? '', cells: cellsOf(at, count) }));
    },

    /** The share of repeated rows whose cell differs from the first. */
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
