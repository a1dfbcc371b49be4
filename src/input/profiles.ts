import { type ListEntry, listEntries, shown } from './cells.js';
import { BadRow } from './csv.js';
import type { IdIndex } from './ids.js';
import { normalised, type Roles } from './roles.js';
import type { AttributeFinder } from './tables.js';

/** Entries of a sparse matrix while they are read: (row, column, value), equally long. */
export interface Entries {
  row: number[];
  column: number[];
  value: number[];
}

/** What profiles say of their users, beside their attributes. */
export interface ProfileLists {
  /** users × items: what they had, liked (above 0) or disliked (below 0). */
  history: Entries;
  /** users × attribute values: what they asked for (above 0) or do not want (below 0). */
  preferences: Entries;
  /** users × items that must not be offered. */
  exclude: Entries;
  /** Preferences that match nothing in the catalogue. */
  unmatched: { count: number; first: string };
}

/** A column whose entries are preferences: the attribute they speak of, where its name says so, and their sign. */
export interface PreferenceColumn {
  at: number;
  attribute: string | undefined;
  sign: 1 | -1;
}

/** The preference columns of a profiles file: the one with that role, and ones like `preferred_cuisines`, `disliked_genres`. */
export function preferenceColumns(
  header: readonly string[],
  roles: Roles,
  finder: AttributeFinder,
): PreferenceColumn[] {
  const columns: PreferenceColumn[] = [];
  if (roles.preferences !== undefined) columns.push({ at: roles.preferences, attribute: undefined, sign: 1 });
  const taken = new Set(Object.values(roles));
  header.forEach((name, at) => {
    const match = /^(preferred|favou?rite|liked|likes?|disliked|dislikes?|hated|avoids?)(.+)$/.exec(normalised(name));
    const attribute = match?.[2];
    if (taken.has(at) || attribute === undefined || !finder.hasColumn(attribute)) return;
    columns.push({ at, attribute, sign: /^(dis|hate|avoid)/.test(match?.[1] ?? '') ? -1 : 1 });
  });
  return columns;
}

export function newProfileLists(): ProfileLists {
  const entries = () => ({ row: [], column: [], value: [] });
  return {
    history: entries(),
    preferences: entries(),
    exclude: entries(),
    unmatched: { count: 0, first: '' },
  };
}

/** Reads the list cells of one profile into `lists`. */
export function readProfileLists(
  lists: ProfileLists,
  user: number,
  cells: readonly string[],
  roles: Roles,
  preferences: readonly PreferenceColumn[],
  items: IdIndex,
  finder: AttributeFinder,
): void {
  const knownItem = (text: string) => items.has(text);
  const cellOf = (at: number | undefined) => (at === undefined ? '' : (cells[at] ?? ''));
  for (const entry of listEntries(cellOf(roles.history), knownItem)) {
    add(lists.history, user, items.add(entry.text), strengthOf(entry));
  }
  for (const entry of listEntries(cellOf(roles.exclude), () => true)) {
    const item = items.get(entry.text);
    if (item !== undefined) add(lists.exclude, user, item, 1);
  }
  for (const column of preferences) {
    const isKnown = (text: string) => finder.find(text, column.attribute).length > 0;
    for (const entry of listEntries(cellOf(column.at), isKnown)) {
      const values = finder.find(entry.text, column.attribute);
      if (values.length === 0 && lists.unmatched.count++ === 0) lists.unmatched.first = entry.text;
      for (const value of values) add(lists.preferences, user, value, column.sign * strengthOf(entry));
    }
  }
}

const STRONGEST = 100;

function strengthOf(entry: ListEntry): number {
  if (Math.abs(entry.strength) <= STRONGEST) return entry.strength;
  throw new BadRow(
    `${shown(entry.text)} has the strength ${entry.strength}; it goes from -${STRONGEST} to ${STRONGEST}`,
  );
}

function add(entries: Entries, row: number, column: number, value: number): void {
  entries.row.push(row);
  entries.column.push(column);
  entries.value.push(value);
}
