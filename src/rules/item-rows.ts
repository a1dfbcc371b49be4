import type { Known, RuleRow } from './list-rule.js';

/** The rows about items of the catalogue, each with the index of its item. Warns about the others. */
export function itemRows(rows: readonly RuleRow[], known: Known) {
  const items = known.itemsOf(rows.map(({ cells }) => cells.item ?? ''));
  const found = rows.flatMap((row) => {
    const item = items.get(row.cells.item ?? '');
    return item === undefined ? [] : { row, item };
  });
  const [first] = rows.filter(({ cells }) => !items.has(cells.item ?? ''));
  if (first) {
    const unknown = `${rows.length - found.length} of ${rows.length} rows name no item of the catalogue`;
    known.warn(`${first.place}: ${unknown} and do nothing; the first is ${JSON.stringify(first.cells.item)}`);
  }
  return found;
}

/** @param keyOf the key that only one row may have. @param what that row already says. @throws Failure for a second row with a key. */
export function refuseRepeated(
  rows: readonly RuleRow[],
  keyOf: (row: RuleRow) => string,
  what: (row: RuleRow) => string,
): void {
  const firsts = new Map<string, RuleRow>();
  for (const row of rows) {
    const first = firsts.get(keyOf(row));
    if (first) throw row.refused(`${what(row)} already, by ${first.place}`);
    firsts.set(keyOf(row), row);
  }
}
