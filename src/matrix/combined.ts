import { emptyRows, type SparseRows } from './sparse.js';

/* Sparse matrices made of several. */

/** Stacks matrices with the same columns on top of each other. If only one of them has rows, the result is that matrix itself. */
export function stacked(...parts: SparseRows[]): SparseRows {
  const [only, ...others] = parts.filter((part) => part.rows > 0);
  if (only && others.length === 0) return only;
  const rows = parts.reduce((total, part) => total + part.rows, 0);
  const start = new Uint32Array(rows + 1);
  const { index, value } = roomFor(parts);
  let row = 0;
  let entry = 0;
  for (const part of parts) {
    for (let r = 0; r < part.rows; r++) start[++row] = entry + part.start[r + 1]!;
    index.set(part.index, entry);
    value.set(part.value, entry);
    entry += part.index.length;
  }
  return { rows, columns: parts[0]?.columns ?? 0, start, index, value };
}

/** Puts matrices with the same number of rows side by side. */
export function sideBySide(first: SparseRows, ...others: SparseRows[]): SparseRows {
  const parts = [first, ...others];
  const columns = parts.reduce((total, part) => total + part.columns, 0);
  if (others.every((part) => part.index.length === 0)) return { ...first, columns };
  const start = new Uint32Array(first.rows + 1);
  const { index, value } = roomFor(parts);
  let entry = 0;
  for (let r = 0; r < first.rows; r++) {
    let shift = 0;
    for (const part of parts) {
      for (let e = part.start[r]!; e < part.start[r + 1]!; e++) {
        index[entry] = part.index[e]! + shift;
        value[entry++] = part.value[e]!;
      }
      shift += part.columns;
    }
    start[r + 1] = entry;
  }
  return { rows: first.rows, columns, start, index, value };
}

/** Merges matrices of the same shape. If several have an entry for a cell, the last one wins. */
export function joined(parts: readonly SparseRows[], rows: number, columns: number): SparseRows {
  const [first, ...others] = parts.filter((part) => part.index.length > 0);
  return others.reduce(merged, first ?? emptyRows(rows, columns));
}

/** Merges two matrices; entries of `after` win. */
function merged(before: SparseRows, after: SparseRows): SparseRows {
  const { rows, columns } = before;
  const { index, value } = roomFor([before, after]);
  const start = new Uint32Array(rows + 1);
  let filled = 0;
  for (let r = 0; r < rows; r++) {
    let b = before.start[r]!;
    for (let a = after.start[r]!; a < after.start[r + 1]!; a++) {
      const column = after.index[a]!;
      for (; b < before.start[r + 1]! && before.index[b]! < column; b++) {
        index[filled] = before.index[b]!;
        value[filled++] = before.value[b]!;
      }
      if (b < before.start[r + 1]! && before.index[b] === column) b++;
      index[filled] = column;
      value[filled++] = after.value[a]!;
    }
    for (; b < before.start[r + 1]!; b++) {
      index[filled] = before.index[b]!;
      value[filled++] = before.value[b]!;
    }
    start[r + 1] = filled;
  }
  return { rows, columns, start, index: index.slice(0, filled), value: value.slice(0, filled) };
}

/** Arrays for the entries of several matrices together. */
function roomFor(parts: readonly SparseRows[]): { index: Uint32Array; value: Float32Array } {
  const entries = parts.reduce((total, part) => total + part.index.length, 0);
  return { index: new Uint32Array(entries), value: new Float32Array(entries) };
}
