import { printableName } from '../csv/printable.js';

/** A longer cell is cut. */
const LONGEST = 60;

/**
 * Formats rows of equally many cells as aligned lines.
 * @param alignment of the columns: l left, r right; its last letter is that of all further ones.
 */
export function aligned(rows: readonly (readonly string[])[], alignment: string): string[] {
  const widths = rows[0]?.map((_, k) => rows.reduce((most, row) => Math.max(most, row[k]?.length ?? 0), 0)) ?? [];
  const last = alignment.length - 1;
  return rows.map((row) => {
    const cells = row.map((cell, k) =>
      alignment[Math.min(k, last)] === 'r' ? cell.padStart(widths[k] ?? 0) : cell.padEnd(widths[k] ?? 0),
    );
    return cells.join('  ').trimEnd();
  });
}

/** Formats rows as indented lines, with long cells cut and without empty columns. @param alignment has a letter for each column. */
export function tableLines(rows: readonly (readonly string[])[], alignment: string): string[] {
  const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  const shown = rows.map((row) => row.map((cell) => cut(printableName(cell))));
  const isFilled = Array.from(alignment, (_, k) => shown.some((row) => row[k] !== ''));
  const letters = [...alignment].filter((_, k) => isFilled[k]).join('');
  const rowsFilled = shown.map((row) => row.filter((_, k) => isFilled[k]));
  return aligned(rowsFilled, letters).map((line) => `  ${line}`.trimEnd());
}
