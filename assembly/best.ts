// The best columns of a row, in AssemblyScript: the same as `plainBest` in src/kernels/best.ts, which explains them. All parameters except
// `count`, `offered`, `capacity` and `size` are addresses. The best so far lie in a heap whose root is the worst of them.

/** Whether a column belongs behind another: its key is lower, or equal and its index is higher. */
// @ts-ignore: AssemblyScript's own
@inline
export function isWorse(key: f64, column: u32, otherKey: f64, otherColumn: u32): bool {
  return key < otherKey || (key == otherKey && column > otherColumn);
}

// @ts-ignore: AssemblyScript's own
@inline
export function columnAt(index: usize, at: usize): u32 {
  return load<u32>(index + (at << 2));
}

// @ts-ignore: AssemblyScript's own
@inline
export function keyAt(value: usize, at: usize): f64 {
  return load<f64>(value + (at << 3));
}

// @ts-ignore: AssemblyScript's own
@inline
function put(index: usize, value: usize, at: usize, column: u32, key: f64): void {
  store<u32>(index + (at << 2), column);
  store<f64>(value + (at << 3), key);
}

/** Adds a column to a heap of `size`, which has room for it. */
export function push(index: usize, value: usize, size: usize, column: u32, key: f64): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const parentKey = keyAt(value, parent);
    const parentColumn = columnAt(index, parent);
    if (!isWorse(key, column, parentKey, parentColumn)) break;
    put(index, value, at, parentColumn, parentKey);
    at = parent;
  }
  put(index, value, at, column, key);
}

/** Replaces the root of a heap of `size`. */
export function replaceRoot(index: usize, value: usize, size: usize, column: u32, key: f64): void {
  let at: usize = 0;
  for (let child: usize = 1; child < size; child = 2 * at + 1) {
    let childKey = keyAt(value, child);
    let childColumn = columnAt(index, child);
    if (child + 1 < size) {
      const otherKey = keyAt(value, child + 1);
      const otherColumn = columnAt(index, child + 1);
      if (isWorse(otherKey, otherColumn, childKey, childColumn)) {
        child++;
        childKey = otherKey;
        childColumn = otherColumn;
      }
    }
    if (!isWorse(childKey, childColumn, key, column)) break;
    put(index, value, at, childColumn, childKey);
    at = child;
  }
  put(index, value, at, column, key);
}

/** Turns a heap into a list, best first. */
function sort(index: usize, value: usize, size: usize): void {
  for (let last = size; last > 1; ) {
    last--;
    const column = columnAt(index, last);
    const key = keyAt(value, last);
    put(index, value, last, columnAt(index, 0), keyAt(value, 0));
    replaceRoot(index, value, last, column, key);
  }
}

/**
 * The best of a row, `bestIndex` and `bestValue`, and their number; -1 if a key is not a number. `weight` is -Infinity where a column is not
 * offered, `touched` is 0 before and after.
 */
export function best(
  count: u32, rowIndex: usize, rowValue: usize, weight: usize, order: usize, offered: u32, barred: usize, touched: usize,
  capacity: u32, bestIndex: usize, bestValue: usize,
): i32 {
  let size: usize = 0;
  let worst: f64 = -Infinity;
  let worstColumn: u32 = 0xffffffff;
  let isSound = true;
  for (let at: usize = 0; at < <usize>count; at++) {
    const column = columnAt(rowIndex, at);
    store<u8>(touched + <usize>column, 1);
    const key = keyAt(rowValue, at) + keyAt(weight, <usize>column);
    if (isWorse(key, column, worst, worstColumn) || key == -Infinity || load<u8>(barred + <usize>column) != 0) continue;
    if (key != key) isSound = false;
    if (size < <usize>capacity) push(bestIndex, bestValue, size++, column, key);
    else replaceRoot(bestIndex, bestValue, size, column, key);
    if (size < <usize>capacity) continue;
    worst = keyAt(bestValue, 0);
    worstColumn = columnAt(bestIndex, 0);
  }
  for (let at: usize = 0; at < <usize>offered; at++) {
    const column = columnAt(order, at);
    if (load<u8>(touched + <usize>column) != 0 || load<u8>(barred + <usize>column) != 0) continue;
    const key = keyAt(weight, <usize>column);
    if (size < <usize>capacity) push(bestIndex, bestValue, size++, column, key);
    else if (isWorse(key, column, keyAt(bestValue, 0), columnAt(bestIndex, 0))) break;
    else replaceRoot(bestIndex, bestValue, size, column, key);
  }
  for (let at: usize = 0; at < <usize>count; at++) store<u8>(touched + <usize>columnAt(rowIndex, at), 0);
  sort(bestIndex, bestValue, size);
  return isSound ? <i32>size : -1;
}
