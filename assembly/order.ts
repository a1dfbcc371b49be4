// The order of times, in AssemblyScript: the same as `plainOrder` in src/kernels/order.ts. A radix sort from the lowest digit on: it does not compare,
// and comparisons of times that come in any order are mispredicted half of the time. `count` and `few` are numbers, all others are addresses.

/** Digits of so many bits. */
const DIGIT: u64 = 8;
const DIGITS: usize = 256;

/** A number that falls where the time rises; the highest for NaN. */
// @ts-ignore: AssemblyScript's own
@inline
function keyOf(time: f64): u64 {
  if (time != time) return u64.MAX_VALUE;
  // Adding 0 makes -0 the same as 0.
  const bits = reinterpret<u64>(time + 0);
  return <i64>bits < 0 ? bits : ~bits & 0x7fffffffffffffff;
}

/** Inserts each key among those before it. */
function insertAll(count: usize, key: usize, place: usize): void {
  for (let at: usize = 1; at < count; at++) {
    const own = load<u64>(key + (at << 3));
    let to = at;
    for (; to > 0; to--) {
      const before = load<u64>(key + ((to - 1) << 3));
      if (before <= own) break;
      store<u64>(key + (to << 3), before);
      store<u32>(place + (to << 2), load<u32>(place + ((to - 1) << 2)));
    }
    store<u64>(key + (to << 3), own);
    store<u32>(place + (to << 2), <u32>at);
  }
}

/** Sorts by one digit, stably. */
function distribute(count: usize, shift: u64, key: usize, place: usize, toKey: usize, toPlace: usize, ends: usize): void {
  memory.fill(ends, 0, DIGITS << 2);
  for (let at: usize = 0; at < count; at++) {
    const cell = ends + (<usize>((load<u64>(key + (at << 3)) >> shift) & (DIGITS - 1)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
  let end: u32 = 0;
  for (let cell = ends; cell < ends + (DIGITS << 2); cell += 4) {
    const own = load<u32>(cell);
    store<u32>(cell, end);
    end += own;
  }
  for (let at: usize = 0; at < count; at++) {
    const own = load<u64>(key + (at << 3));
    const cell = ends + (<usize>((own >> shift) & (DIGITS - 1)) << 2);
    const to = <usize>load<u32>(cell);
    store<u32>(cell, <u32>to + 1);
    store<u64>(toKey + (to << 3), own);
    store<u32>(toPlace + (to << 2), load<u32>(place + (at << 2)));
  }
}

/**
 * Writes to `place` the positions of the times at `key`, latest first, among equal times the lower position, NaN last.
 * @param few up to so many are sorted by insertion. @param spareKey and `sparePlace` are as large as `key` and `place`. @param ends has 256 numbers.
 */
export function order(count: usize, few: usize, key: usize, place: usize, spareKey: usize, sparePlace: usize, ends: usize): void {
  let different: u64 = 0;
  const first = keyOf(load<f64>(key));
  for (let at: usize = 0; at < count; at++) {
    const own = keyOf(load<f64>(key + (at << 3)));
    different |= own ^ first;
    store<u64>(key + (at << 3), own);
    store<u32>(place + (at << 2), <u32>at);
  }
  if (count <= few) {
    insertAll(count, key, place);
    return;
  }
  let isSpare = false;
  for (let shift: u64 = 0; shift < 64; shift += DIGIT) {
    // Times of one user differ in a few digits only.
    if (((different >> shift) & (DIGITS - 1)) == 0) continue;
    if (isSpare) distribute(count, shift, spareKey, sparePlace, key, place, ends);
    else distribute(count, shift, key, place, spareKey, sparePlace, ends);
    isSpare = !isSpare;
  }
  if (isSpare) memory.copy(place, sparePlace, count << 2);
}
