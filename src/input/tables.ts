import { emptyRows, type SparseRows, sparseFromEntries } from '../model/sparse.js';
import { type AttributeDecision, decideAttribute, valuesOf } from './attributes.js';
import { IdIndex } from './ids.js';
import { normalised } from './roles.js';
import type { SubjectTable } from './subjects.js';

/** Attribute values that subjects share: subjects × values, 1 where a subject has the value. */
export interface AttributeTable {
  matrix: SparseRows;
  /** "column:value", by the value's index. */
  values: IdIndex;
  columns: DecidedColumn[];
}

export interface DecidedColumn {
  name: string;
  decision: AttributeDecision;
}

/** Rows of one subject may disagree this often in a column that is still about the subject. */
const MOST_DISAGREEMENT = 0.1;

/**
 * The attributes in a file's columns.
 *
 * @param wanted the header names that count, undefined: decided column by column.
 * @param subjects how many subjects there are, the ones without a row in the file included.
 */
export function attributeTable(
  table: SubjectTable,
  header: readonly string[],
  columns: readonly number[],
  wanted: readonly string[] | undefined,
  subjects: number,
): AttributeTable {
  const values = new IdIndex();
  const decided: DecidedColumn[] = [];
  const row: number[] = [];
  const column: number[] = [];
  for (const at of columns) {
    const name = header[at] ?? '';
    const decision = decide(table, at, name, wanted, subjects);
    decided.push({ name, decision });
    if (!decision.use) continue;
    table.cellsOf(at, subjects).forEach((cell, subject) => {
      for (const value of valuesOf(cell, decision.separator)) {
        row.push(subject);
        column.push(values.add(`${name}:${value}`));
      }
    });
  }
  const ones = new Float32Array(row.length).fill(1);
  const matrix = sparseFromEntries(subjects, values.size, row, column, ones, row.length, () => 1);
  return { matrix, values, columns: decided };
}

export function noAttributes(subjects: number): AttributeTable {
  return { matrix: emptyRows(subjects, 0), values: new IdIndex(), columns: [] };
}

function decide(
  table: SubjectTable,
  at: number,
  name: string,
  wanted: readonly string[] | undefined,
  subjects: number,
): AttributeDecision {
  if (wanted && !wanted.includes(name)) return { use: false, reason: 'not named in --attribute-cols' };
  if (!wanted && table.disagreement(at) > MOST_DISAGREEMENT) {
    return { use: false, reason: 'differs between rows of one id' };
  }
  const cells = table.cellsOf(at, subjects).filter((_, subject) => table.has(subject));
  return decideAttribute({ name, cells }, wanted !== undefined);
}

/**
 * Finds the attribute values that a stated preference means: "genre:Comedy" in the column "genres", or "Comedy" in any
 * column. Names are matched as headers are, singular or plural; values without case.
 */
export class AttributeFinder {
  readonly #byName = new Map<string, number>();
  readonly #byValue = new Map<string, number[]>();

  constructor(table: AttributeTable) {
    table.values.ids.forEach((id, index) => {
      const colon = id.indexOf(':', columnLength(id, table.columns));
      const value = id.slice(colon + 1);
      this.#byName.set(`${stem(id.slice(0, colon))}:${value}`, index);
      this.#byValue.set(value, [...(this.#byValue.get(value) ?? []), index]);
    });
  }

  /** @param column the only column to look in, where the place of the preference says so. */
  find(text: string, column?: string): readonly number[] {
    const value = text.trim().toLowerCase();
    if (column !== undefined) return this.#named(column, value);
    const colon = value.indexOf(':');
    const named = colon > 0 ? this.#named(value.slice(0, colon), value.slice(colon + 1).trim()) : [];
    return named.length > 0 ? named : (this.#byValue.get(value) ?? []);
  }

  /** True where the catalogue has a column of that name. */
  hasColumn(name: string): boolean {
    const prefix = `${stem(name)}:`;
    for (const key of this.#byName.keys()) if (key.startsWith(prefix)) return true;
    return false;
  }

  #named(column: string, value: string): number[] {
    const index = this.#byName.get(`${stem(column)}:${value}`);
    return index === undefined ? [] : [index];
  }
}

/** The length of the column's name at the head of "column:value"; a name may itself hold a colon. */
function columnLength(id: string, columns: readonly DecidedColumn[]): number {
  const name = columns.find((column) => column.decision.use && id.startsWith(`${column.name}:`))?.name;
  return name?.length ?? 0;
}

/** A column name as it is matched: normalised, and in the singular as far as an `s` goes (`categories` → `category`). */
function stem(name: string): string {
  return normalised(name).replace(/ies$/, 'y').replace(/s$/, '');
}
