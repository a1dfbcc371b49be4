import { printableName } from '../csv/printable.js';

/** A longer cell is cut. */
const LONGEST = 60;

/**
 * Rows of cells, all equally many, as lines for people; a column without any text is left out.
 * @param alignment of each column: l left, r right.
 */
export function tableLines(rows: readonly (readonly string[])[], alignment: string): string[] {
  const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  const shown = rows.map((row) => row.map((cell) => cut(printableName(cell))));
  const widths = Array.from(alignment, (_, k) => shown.reduce((most, row) => Math.max(most, row[k]?.length ?? 0), 0));
  return shown.map((row) => {
    const cells = row.map((cell, k) =>
      alignment[k] === 'r' ? cell.padStart(widths[k] ?? 0) : cell.padEnd(widths[k] ?? 0),
    );
    return `  ${cells.filter((_, k) => widths[k] !== 0).join('  ')}`.trimEnd();
  });
}
