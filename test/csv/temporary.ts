import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import type { Inputs } from '../../src/dataset/inputs.js';
import { removeTree } from '../../src/files/remove-tree.js';
import type { SparseRows } from '../../src/matrix/sparse.js';
import type { NamedColumns } from '../../src/understanding/roles.js';
import type { Role } from '../../src/understanding/vocabulary.js';

export interface TemporaryFolder {
  /** The path of a name in the folder, whether or not the file exists. */
  path(name: string): string;
  /** Writes a file and returns its path. */
  file(name: string, content: string | Buffer): string;
}

/** Creates an empty folder before each test and removes it afterwards. */
export function useTemporaryFolder(): TemporaryFolder {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'recommend-input-'));
  });
  afterEach(() => removeTree(folder));
  const path = (name: string) => join(folder, name);
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  return { path, file };
}

/** The inputs that a test sets: each named column has one name, and there is one file of interactions at most. */
export type InputChanges = Omit<Partial<Inputs>, 'interactions' | 'named'> & {
  interactions?: string | undefined;
  named?: Partial<Record<Role, string>>;
};

export function asNames(named: Partial<Record<Role, string>>): NamedColumns {
  return Object.fromEntries(Object.entries(named).map(([role, name]) => [role, [name]]));
}

/** The inputs of a run that has only a users file, with the given changes. */
export function inputsOf(users: string, { interactions, named = {}, ...rest }: InputChanges = {}): Inputs {
  return {
    users: [users],
    items: undefined,
    interactions: interactions === undefined ? [] : [interactions],
    orders: undefined,
    columns: undefined,
    itemColumns: undefined,
    unrated: undefined,
    delimiter: undefined,
    attributeColumns: undefined,
    duplicates: undefined,
    ratings: 'auto',
    eventWeights: new Map(),
    badRows: 'stop',
    onBytes: () => {},
    ...rest,
    named: asNames(named),
  };
}

/** A matrix of users × items as `{ user: { item: value } }`, without users that have no cell. */
export function byName(dataset: Dataset, matrix: SparseRows, columns: readonly string[] = dataset.itemIds) {
  return named(matrix, dataset.userIds, columns);
}

export function named(matrix: SparseRows, rows: readonly string[], columns: readonly string[]) {
  const result = new Map<string, Map<string, number>>();
  for (let r = 0; r < matrix.rows; r++) {
    const cells = new Map<string, number>();
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++)
      cells.set(columns[matrix.index[e]!]!, matrix.value[e]!);
    if (cells.size > 0) result.set(rows[r]!, cells);
  }
  return Object.fromEntries([...result].map(([row, cells]) => [row, Object.fromEntries(cells)]));
}
