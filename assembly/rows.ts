// How rows of sums are read and written, in AssemblyScript.

/** The k-th index at an address. */
// @ts-ignore: AssemblyScript's own
@inline
export function place<T>(index: usize, k: usize): usize {
  return <usize>load<T>(index + k * sizeof<T>());
}

/** Moves a sum to the row, which has `filled` values, unless the sum is 0. @returns how many the row has then. V: type of a sum. */
// @ts-ignore: AssemblyScript's own
@inline
export function moved<V>(column: usize, sum: usize, rowIndex: usize, rowValue: usize, filled: usize): usize {
  const cell = sum + column * sizeof<V>();
  const total = load<V>(cell);
  store<u32>(rowIndex + (filled << 2), <u32>column);
  store<f64>(rowValue + (filled << 3), <f64>total);
  store<V>(cell, 0);
  return filled + <usize>(total != 0);
}
