// The linear systems of the ridge, in AssemblyScript: the same entries, and the same sums in the same order, as `plainSystems`
// in src/kernels/systems.ts, which explains them. All parameters except `count` and `steps` are addresses.

// @ts-ignore: AssemblyScript's own
@inline
function placeOf<T>(index: usize, e: usize, place: usize): u32 {
  return <u32>load<u16>(place + (<usize>load<T>(index + e * sizeof<T>()) << 1));
}

/**
 * Gathers the rows of a system, each in two passes: the first finds the entries that belong to the system, about one in ten,
 * without a branch; the second loads only their values.
 */
// @ts-ignore: AssemblyScript's own
@inline
function gather<T>(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): void {
  let filled: usize = 0;
  for (let x: usize = 0; x < count; x++) {
    const begin = filled;
    const row = <usize>load<u32>(rows + (x << 2)) << 2;
    const end = <usize>load<u32>(to + row);
    for (let e = <usize>load<u32>(from + row); e < end; e++) {
      store<u32>(entry + (filled << 2), <u32>e);
      filled += <usize>(placeOf<T>(index, e, place) != 0);
    }
    for (let k = begin; k < filled; k++) {
      const e = <usize>load<u32>(entry + (k << 2));
      store<u16>(column + (k << 1), <u16>(placeOf<T>(index, e, place) - 1));
      store<f32>(cell + (k << 2), load<f32>(value + (e << 2)));
    }
    store<u32>(start + (x << 2), <u32>filled, 4);
  }
}

export function gather16(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): void {
  gather<u16>(rows, count, from, to, index, value, place, start, column, entry, cell);
}

export function gather32(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): void {
  gather<u32>(rows, count, from, to, index, value, place, start, column, entry, cell);
}

// @ts-ignore: AssemblyScript's own
@inline
function at(vector: usize, x: usize): f64 {
  return load<f64>(vector + (x << 3));
}

// @ts-ignore: AssemblyScript's own
@inline
function put(vector: usize, x: usize, value: f64): void {
  store<f64>(vector + (x << 3), value);
}

function multiply(
  count: usize, start: usize, column: usize, cell: usize, diagonal: usize, vector: usize, image: usize,
): void {
  for (let x: usize = 0; x < count; x++) {
    const own = at(vector, x);
    let sum = at(diagonal, x) * own;
    const end = <usize>load<u32>(start + (x << 2), 4);
    for (let e = <usize>load<u32>(start + (x << 2)); e < end; e++) {
      const y = <usize>load<u16>(column + (e << 1));
      const value = <f64>load<f32>(cell + (e << 2));
      sum += value * at(vector, y);
      put(image, y, at(image, y) + value * own);
    }
    put(image, x, sum);
  }
}

/** Takes up to `steps` steps of conjugate gradients from 0; returns wanted · solution. */
export function solve(
  count: usize, steps: u32, start: usize, column: usize, cell: usize, diagonal: usize,
  wanted: usize, solution: usize, residual: usize, direction: usize, image: usize,
): f64 {
  let length: f64 = 0;
  for (let x: usize = 0; x < count; x++) {
    put(solution, x, 0);
    put(residual, x, at(wanted, x));
    put(direction, x, at(residual, x) / at(diagonal, x));
    length += at(residual, x) * at(direction, x);
  }
  for (let step: u32 = 0; step < steps && length > 0; step++) {
    multiply(count, start, column, cell, diagonal, direction, image);
    let curvature: f64 = 0;
    for (let x: usize = 0; x < count; x++) curvature += at(image, x) * at(direction, x);
    if (!(curvature > 0)) break;
    const stride = length / curvature;
    let next: f64 = 0;
    for (let x: usize = 0; x < count; x++) {
      put(solution, x, at(solution, x) + stride * at(direction, x));
      put(residual, x, at(residual, x) - stride * at(image, x));
      put(image, x, at(residual, x) / at(diagonal, x));
      next += at(residual, x) * at(image, x);
    }
    const kept = next / length;
    for (let x: usize = 0; x < count; x++) put(direction, x, at(image, x) + kept * at(direction, x));
    length = next;
  }
  let explained: f64 = 0;
  for (let x: usize = 0; x < count; x++) explained += at(solution, x) * at(wanted, x);
  return explained;
}
