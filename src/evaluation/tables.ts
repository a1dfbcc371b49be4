/** Numbers by row and column: row r, column c stands at `values[r · columns + c]`. */
export interface Table {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** Some of the rows of a table, in the order given. */
export function tableRows({ columns, values }: Table, rows: Uint32Array): Table {
  const picked = new Float64Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: rows.length, columns, values: picked };
}

/** Tables of the same rows as one, the columns of the first first. */
export function sideBySide(tables: readonly Table[]): Table {
  const rows = tables[0]?.rows ?? 0;
  const columns = tables.reduce((total, table) => total + table.columns, 0);
  const values = new Float64Array(rows * columns);
  let shift = 0;
  for (const table of tables) {
    for (let row = 0; row < rows; row++) {
      values.set(table.values.subarray(row * table.columns, (row + 1) * table.columns), row * columns + shift);
    }
    shift += table.columns;
  }
  return { rows, columns, values };
}

export function columnOf({ rows, columns, values }: Table, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
}

/** The mean of every column; NaN without rows. */
export function columnMeans({ rows, columns, values }: Table): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++, at++) sums[c]! += values[at]!;
  }
  return sums.map((sum) => sum / rows);
}
