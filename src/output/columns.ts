/** What the cells of a column are: texts of users or of items, or what a row says. */
export type ColumnKind = 'user' | 'item' | 'rank' | 'score' | 'source' | 'reasons';

export interface OutputColumn {
  name: string;
  kind: ColumnKind;
}

/** A column with its texts, by user of the output or by item; none where rows say something else. */
export interface TextColumn extends OutputColumn {
  texts: readonly string[];
}

/** True for columns that say the same of all items of a list. */
export function isOfUser({ kind }: OutputColumn): boolean {
  return kind === 'user';
}
