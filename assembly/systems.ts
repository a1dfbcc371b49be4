// The linear systems of the ridge, in AssemblyScript: the same entries, and the same sums in the same order, as `plainSystems`
// in src/kernels/systems.ts, which explains them. All parameters except `count` and `steps` are addresses.

import { fetched } from './prefetch';

/** How many entries are looked at in one turn of a loop. */
const AT_ONCE: usize = 4;

/** Keeps the address of an entry if its item is a member. Returns where the next one is kept: a member is marked by the size of an address. */
// @ts-ignore: AssemblyScript's own
@inline
function keep<T>(entry: usize, member: usize, kept: usize): usize {
  store<u32>(kept, <u32>entry);
  return kept + <usize>load<u8>(member + <usize>load<T>(entry));
}

/**
 * Gathers the rows of a system, each in two passes: the first finds the entries that belong to the system, about one in ten,
 * without a branch; the second loads only their values.
 */
// @ts-ignore: AssemblyScript's own
@inline
function gather<T>(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize, member: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): u32 {
  let filled: usize = 0;
  let read: u32 = 0;
  for (let x: usize = 0; x < count; x++) {
    if (x + 1 < <usize>count) {
      const next = <usize>load<u32>(rows + (x << 2), 4) << 2;
      const begin = <usize>load<u32>(from + next);
      const end = <usize>load<u32>(to + next);
      read |= fetched(index + begin * sizeof<T>(), index + end * sizeof<T>());
      read |= fetched(value + (begin << 2), value + (end << 2));
    }
    const row = <usize>load<u32>(rows + (x << 2)) << 2;
    let e = index + <usize>load<u32>(from + row) * sizeof<T>();
    const end = index + <usize>load<u32>(to + row) * sizeof<T>();
    let kept = entry;
    for (; e + AT_ONCE * sizeof<T>() <= end; e += AT_ONCE * sizeof<T>()) {
      kept = keep<T>(e, member, kept);
      kept = keep<T>(e + sizeof<T>(), member, kept);
      kept = keep<T>(e + 2 * sizeof<T>(), member, kept);
      kept = keep<T>(e + 3 * sizeof<T>(), member, kept);
    }
    for (; e < end; e += sizeof<T>()) kept = keep<T>(e, member, kept);
    for (let k = entry; k < kept; k += 4, filled++) {
      const e = <usize>load<u32>(k);
      store<u16>(column + (filled << 1), load<u16>(place + (<usize>load<T>(e) << 1)));
      store<f32>(cell + (filled << 2), load<f32>(value + ((e - index) / sizeof<T>() << 2)));
    }
    store<u32>(start + (x << 2), <u32>filled, 4);
  }
  return read;
}

export function gather16(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize, member: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): u32 {
  return gather<u16>(rows, count, from, to, index, value, member, place, start, column, entry, cell);
}

export function gather32(
  rows: usize, count: u32, from: usize, to: usize, index: usize, value: usize, member: usize,
  place: usize, start: usize, column: usize, entry: usize, cell: usize,
): u32 {
  return gather<u32>(rows, count, from, to, index, value, member, place, start, column, entry, cell);
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
