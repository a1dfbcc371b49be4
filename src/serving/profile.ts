import { entryOf, type ListEntry, listEntries, strengthTrouble } from '../csv/cells.js';
import { attributeFinder, valuesInCell } from '../dataset/attributes/attribute-table.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Known } from '../dataset/inputs.js';
import { emptyRows, type SparseRows, sparseFromEntries } from '../matrix/sparse.js';
import type { Asker } from './question.js';
import type { ServedModel } from './served-model.js';

/** The parts of a request that the model does not know, by the member that has them. */
export type Ignored = Partial<Record<'user' | 'history' | 'preferences' | 'exclude' | 'attributes', string[]>>;

/** An entry of a list has a strength that cannot be used. */
export class BadStrength extends Error {}

/**
 * Reads what requests say about users, like files of profiles. @returns a function that reads a user as a data set of one user, together
 * with the parts that the model does not know; it throws BadStrength.
 */
export function profileReader({ names, known, facts }: Pick<ServedModel, 'names' | 'known' | 'facts'>) {
  const finder = attributeFinder(known.attributes);
  const itemOf = (text: string) => known.items.get(text);
  return (asker: Asker): { dataset: Dataset; ignored: Ignored } => {
    const { items, preferences, groups } = facts.counts;
    const ignored: Ignored = {};
    const itemsIn = (of: 'history' | 'exclude') => {
      const isKnown = (text: string) => itemOf(text) !== undefined || (of === 'exclude' && !/^[[{]/.test(text));
      return cellsOf(entriesIn(asker[of], isKnown), ({ text }) => [itemOf(text) ?? []].flat(), ignored, of);
    };
    const preferred = entriesIn(asker.preferences, (text) => finder.find(text).length > 0);
    const columns = Object.entries(asker.attributes).map(([name, cell]) => ({ name, cells: [cell] }));
    const dataset = {
      ...names,
      userIds: [asker.user ?? ''],
      served: 1,
      interactions: rowOf(itemsIn('history'), items),
      times: undefined,
      rated: undefined,
      excluded: rowOf(itemsIn('exclude'), items),
      attributes: emptyRows(0, preferences),
      preferences: rowOf(
        cellsOf(preferred, ({ text }) => finder.find(text), ignored, 'preferences'),
        preferences,
      ),
      groups: rowOf(groupsOf(asker.attributes, known.groups, ignored), groups),
      itemColumns: [],
      userColumns: columns,
    };
    return { dataset, ignored };
  };
}

function groupsOf(attributes: Asker['attributes'], { columns, values }: Known['groups'], ignored: Ignored) {
  const cells = new Map<number, number>();
  for (const [name, cell] of Object.entries(attributes)) {
    const decided = columns.find((column) => column.name === name);
    const found = decided ? valuesInCell(name, cell, decided.decision) : [];
    const known = found.flatMap((value) => values.get(value) ?? []);
    for (const group of known) cells.set(group, 1);
    if (known.length < found.length || !decided) note(ignored, 'attributes', `${name}:${cell}`);
  }
  return cells;
}

function entriesIn(list: string | string[], isKnown: (text: string) => boolean): ListEntry[] {
  const entries =
    typeof list === 'string' ? listEntries(list, isKnown) : list.map((text) => entryOf(text.trim(), isKnown));
  const [trouble] = entries.flatMap((entry) => strengthTrouble(entry, JSON.stringify) ?? []);
  if (trouble !== undefined) throw new BadStrength(trouble);
  return entries.filter(({ text }) => text !== '');
}

/** Strengths by column; of two entries for one column, the later one counts. */
function cellsOf(
  entries: readonly ListEntry[],
  find: (entry: ListEntry) => readonly number[],
  ignored: Ignored,
  of: keyof Ignored,
): Map<number, number> {
  const cells = new Map<number, number>();
  for (const entry of entries) {
    const found = find(entry);
    if (found.length === 0) note(ignored, of, entry.text);
    for (const column of found) cells.set(column, of === 'exclude' ? 1 : entry.strength);
  }
  return cells;
}

function note(ignored: Ignored, of: keyof Ignored, text: string): void {
  ignored[of] = [...(ignored[of] ?? []), text];
}

function rowOf(cells: ReadonlyMap<number, number>, columns: number): SparseRows {
  const column = [...cells.keys()];
  const rows = column.map(() => 0);
  return sparseFromEntries(1, columns, rows, column, [...cells.values()], column.length);
}
