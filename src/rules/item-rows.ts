import type { Known, RuleRow } from './list-rule.js';

export interface ItemRow {
  row: RuleRow;
  item: number;
}

/** The rows about items of the catalogue, each with the index of its item; the others are counted and warned of. */
export function itemRows(rows: readonly RuleRow[], known: Known): ItemRow[] {
  const items = known.itemsOf(rows.map(({ cells }) => cells.item ?? ''));
  const found = rows.flatMap((row) => {
    const item = items.get(row.cells.item ?? '');
    return item === undefined ? [] : { row, item };
  });
  const [first] = rows.filter(({ cells }) => !items.has(cells.item ?? ''));
  if (first) {
    const others = rows.length - found.length;
    known.warn(
      `${first.place}: no item ${JSON.stringify(first.cells.item)} in the catalogue; ${others} of ${rows.length} rows there change nothing for this reason`,
    );
  }
  return found;
}

/** @throws Failure where two rows say something of the same. @param keyOf what they may say something of but once. */
export function refuseRepeated(rows: readonly RuleRow[], keyOf: (row: RuleRow) => string, what: string): void {
  const firsts = new Map<string, RuleRow>();
  for (const row of rows) {
    const first = firsts.get(keyOf(row));
    if (first) throw row.refused(`${what}, as ${first.place} has already`);
    firsts.set(keyOf(row), row);
  }
}
