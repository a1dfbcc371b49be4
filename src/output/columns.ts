/** What a column contains: texts of users or of items, or values of each row. */
export type ColumnKind = 'user' | 'item' | 'rank' | 'score' | 'source' | 'reasons';

export interface OutputColumn {
  name: string;
  kind: ColumnKind;
}

/** A column with its texts, by user of the output or by item; no texts where the values belong to rows. */
export interface TextColumn extends OutputColumn {
  texts: readonly string[];
}

/** True for columns with one value per list, the same for all its items. */
export function isPerUser({ kind }: OutputColumn): boolean {
  return kind === 'user';
}
