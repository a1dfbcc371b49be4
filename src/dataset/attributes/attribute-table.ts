import { numberIn, valuesOf } from '../../csv/cell-values.js';
import { normalised } from '../../csv/cells.js';
import { printableName } from '../../csv/printable.js';
import { IdIndex } from '../../events/ids.js';
import { emptyRows, type SparseRows } from '../../matrix/sparse.js';
import { Entries } from '../entries.js';
import { type AttributeDecision, bandOf, decideAttribute, type TextColumn } from './attributes.js';
import type { EntityTable } from './entity-table.js';
import { scaledTogether, type Words, wordsOf } from './words.js';

/**
 * Attribute values that entities share: entities × attribute values, 1 where an entity has the value. Words of texts are values as well,
 * with their weights; the squares of the weights of an entity's words add up to `WORDS_TOGETHER`².
 */
export interface AttributeTable {
  matrix: SparseRows;
  /** "column:value" or "column:word", by the value's index. */
  values: IdIndex;
  columns: DecidedColumn[];
  /** Names of columns with bytes that are not UTF-8. */
  spoilt: string[];
}

export interface DecidedColumn {
  name: string;
  decision: AttributeDecision;
}

/** Rows of one entity may disagree this often in a column that is still about the entity. */
const MOST_DISAGREEMENT = 0.1;

/** The length of the vector of an entity's words: a whole text says as much about its entity as four other values. */
const WORDS_TOGETHER = 2;

/** Which columns become attributes. */
interface AttributeOptions {
  /** The header names that count; undefined: decided column by column. */
  wanted: readonly string[] | undefined;
  /** Whether columns of long text become words, or are left out. */
  words: boolean;
  /** Earlier decisions about the columns, which stand: no others are made. New values come after the known ones. */
  learned?: AttributeTable | undefined;
}

/**
 * The attributes in a file's columns.
 *
 * @param entities how many entities there are, including those without a row in the file.
 */
export function attributeTable(
  table: EntityTable,
  header: readonly string[],
  columns: readonly number[],
  { wanted, words: areWords, learned }: AttributeOptions,
  entities: number,
): AttributeTable {
  const entries = new Entries();
  const values = learned?.values ?? new IdIndex();
  const texts: Words[] = [];
  const spoilt: string[] = [];
  const decide = (at: number, name: string, cells: readonly string[]): AttributeDecision | TextColumn => {
    if (learned) {
      const known = learned.columns.find((column) => column.name === name);
      return known?.decision ?? { as: 'nothing', reason: 'unknown to the model' };
    }
    if (wanted && !wanted.includes(name)) return { as: 'nothing', reason: 'not named in --attributes' };
    if (!wanted && table.disagreement(at) > MOST_DISAGREEMENT) {
      return { as: 'nothing', reason: 'differs between rows of one id' };
    }
    const own = cells.filter((_, entity) => table.has(entity));
    return decideAttribute({ name, cells: own }, wanted !== undefined);
  };
  const decided = columns.map((at): DecidedColumn => {
    const name = readable(header[at] ?? '');
    const cells = table.cellsOf(at, entities);
    const decision = decide(at, name, cells);
    if (cells.some(isSpoilt)) spoilt.push(name);
    if (decision.as === 'text') {
      if (!areWords) return { name, decision: { as: 'nothing', reason: 'long text' } };
      const words = wordsOf(name, cells);
      texts.push(words);
      const { names, met } = words;
      const reason = 'long text without words that a few of them share';
      return {
        name,
        decision: names.length === 0 ? { as: 'nothing', reason } : { as: 'words', kept: names.length, met },
      };
    }
    cells.forEach((cell, entity) => {
      for (const value of valuesInCell(name, cell, decision)) entries.add(entity, values.add(value), 1);
    });
    return { name, decision };
  });
  scaledTogether(texts, entities, WORDS_TOGETHER, values, entries);
  const matrix = entries.matrix(entities, values.size, (same) => same[0] ?? 0);
  return { matrix, values, columns: decided, spoilt };
}

const REPLACEMENT = '\uFFFD';

/** True for text of bytes that were not UTF-8. */
export function isSpoilt(text: string): boolean {
  return text.includes(REPLACEMENT);
}

/** Replaces what was not UTF-8 by question marks. Two values may then look alike, but unlike with ids that does little harm. */
function readable(text: string): string {
  return text.replaceAll(REPLACEMENT, '?');
}

/** A note about columns with bytes that are not UTF-8; none if there are no such columns. */
export function spoiltNotes(columns: readonly string[]): string[] {
  if (columns.length === 0) return [];
  const names = columns.map((name) => `"${printableName(name)}"`).join(', ');
  return [`not UTF-8 in ${names}: letters are lost; --encoding windows-1252 reads most such files`];
}

/** The attribute values of a cell, named "column:value" as in an `AttributeTable`: its values, or the band that its number falls into. */
export function valuesInCell(name: string, cell: string, decision: AttributeDecision): string[] {
  const band = decision.as === 'bands' ? bandOf(numberIn(cell), decision.bands) : undefined;
  const shared = decision.as === 'values' ? valuesOf(cell, decision.separator) : band ? [band.text] : [];
  return shared.map((value) => readable(`${name}:${value}`));
}

/** A table in which no entity has a value. @param values,columns the known ones, if any. */
export function noAttributes(entities: number, values = new IdIndex(), columns: DecidedColumn[] = []): AttributeTable {
  return { matrix: emptyRows(entities, values.size), values, columns, spoilt: [] };
}

/**
 * Finds the attribute values that a stated preference means: "genre:Comedy" in the column "genres", or "Comedy" in any
 * column. Names are matched as headers are, singular or plural; values without case.
 */
export function attributeFinder({ values, columns }: AttributeTable) {
  const byName = new Map<string, number>();
  const byValue = new Map<string, number[]>();
  values.ids.forEach((id, index) => {
    const colon = id.indexOf(':', columnLength(id, columns));
    const value = id.slice(colon + 1);
    byName.set(`${stem(id.slice(0, colon))}:${value}`, index);
    byValue.set(value, [...(byValue.get(value) ?? []), index]);
  });
  const named = (column: string, value: string) => [byName.get(`${stem(column)}:${value}`) ?? []].flat();
  return {
    /** @param column the only column to look in, if the place of the preference determines it. */
    find(text: string, column?: string): readonly number[] {
      const value = text.trim().toLowerCase();
      if (column !== undefined) return named(column, value);
      const colon = value.indexOf(':');
      const found = colon > 0 ? named(value.slice(0, colon), value.slice(colon + 1).trim()) : [];
      return found.length > 0 ? found : (byValue.get(value) ?? []);
    },

    /** True where the catalogue has a column of that name. */
    hasColumn: (name: string): boolean => [...byName.keys()].some((key) => key.startsWith(`${stem(name)}:`)),
  };
}
export type AttributeFinder = ReturnType<typeof attributeFinder>;

/** The length of the column's name in "column:value"; a name may itself contain a colon. */
function columnLength(id: string, columns: readonly DecidedColumn[]): number {
  const name = columns.find((column) => column.decision.as !== 'nothing' && id.startsWith(`${column.name}:`))?.name;
  return name?.length ?? 0;
}

/** A column name as it is matched: normalised, and without the `s` of a plural (`categories` → `category`). */
function stem(name: string): string {
  return normalised(name).replace(/ies$/, 'y').replace(/s$/, '');
}
