import { printableName } from '../csv/printable.js';

/** How the columns of a table are aligned: l left, r right. */
export type Alignment = string;

/** Rows of cells, all equally many, as lines for people; a column without any text is left out. */
export function tableLines(rows: readonly (readonly string[])[], alignment: Alignment): string[] {
  const shown = rows.map((row) => row.map(printableName));
  const widths = Array.from(alignment, (_, k) => shown.reduce((most, row) => Math.max(most, row[k]?.length ?? 0), 0));
  return shown.map((row) => {
    const cells = row.map((cell, k) =>
      alignment[k] === 'r' ? cell.padStart(widths[k] ?? 0) : cell.padEnd(widths[k] ?? 0),
    );
    return `  ${cells.filter((_, k) => widths[k] !== 0).join('  ')}`.trimEnd();
  });
}
