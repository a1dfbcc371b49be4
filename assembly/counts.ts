// Counts in how many baskets of an item each other item is, in AssemblyScript: the same counts as `plainCounts` in src/kernels/counts.ts, which
// explains masks and the rest. All parameters except `count`, `groups`, `levels`, `masked`, `columns` and `most` are addresses.
//
// Masks are added bit by bit, as in a hardware counter of many columns: a carry-save adder turns three words of one weight into one of the same
// and one of twice the weight (Harley and Seal; Muła, Kurz and Lemire, "Faster population counts using AVX2 instructions", The Computer
// Journal 2018). So 16 masks cost 15 adders for 128 items at once.

import { AT_ONCE, beginChoice, choose, chosen, leastKey, raiseBound, takeKey } from './choose';
import { fetched } from './prefetch';
import { moved, place } from './rows';

/** The bytes of a mask of 128 items. */
const MASK: usize = 16;
/** A level counts in four bits: the masks of its bits 1, 2, 4 and 8. */
const BITS: usize = 4 * MASK;
/** So many masks are added at a time, and carry one. */
const TURN: usize = 16;

/** Of three bits, the one that their sum carries, given `a ^ b`. */
// @ts-ignore: AssemblyScript's own
@inline
function carry(a: v128, c: v128, aXorB: v128): v128 {
  return v128.bitselect(c, a, aXorB);
}

/** The mask of a group of items in the k-th of 16 rows. */
// @ts-ignore: AssemblyScript's own
@inline
function maskOf(rows: usize, k: usize, group: usize): v128 {
  return v128.load(<usize>load<u32>(rows + (k << 2)) + group);
}

/** Adds 16 rows of masks to a level, four at a time. @param rows their 16 addresses. @param bits the level's own masks. @param carried what it carries. */
function addSixteen(rows: usize, groups: usize, bits: usize, carried: usize): void {
  for (let group: usize = 0; group < groups * MASK; group += MASK, bits += BITS) {
    let ones = v128.load(bits);
    let twos = v128.load(bits, 16);
    let fours = v128.load(bits, 32);
    let eights = v128.load(bits, 48);
    let foursA = fours;
    let eightsA = eights;
    for (let quarter: usize = 0; quarter < 4; quarter++) {
      const from = rows + (quarter << 4);
      let next = maskOf(from, 1, group);
      let sum = v128.xor(ones, maskOf(from, 0, group));
      const twosA = carry(ones, next, sum);
      ones = v128.xor(sum, next);
      next = maskOf(from, 3, group);
      sum = v128.xor(ones, maskOf(from, 2, group));
      const twosB = carry(ones, next, sum);
      ones = v128.xor(sum, next);
      sum = v128.xor(twos, twosA);
      const foursB = carry(twos, twosB, sum);
      twos = v128.xor(sum, twosB);
      if ((quarter & 1) == 0) {
        foursA = foursB;
        continue;
      }
      sum = v128.xor(fours, foursA);
      const eightsB = carry(fours, foursB, sum);
      fours = v128.xor(sum, foursB);
      if (quarter == 1) {
        eightsA = eightsB;
        continue;
      }
      sum = v128.xor(eights, eightsA);
      v128.store(carried + group, carry(eights, eightsB, sum));
      eights = v128.xor(sum, eightsB);
    }
    v128.store(bits, ones);
    v128.store(bits, twos, 16);
    v128.store(bits, fours, 32);
    v128.store(bits, eights, 48);
  }
}

/** The memory of a level: the masks of its bits, then 16 rows of carries that wait until the next level adds them, then 16 addresses of rows. */
// @ts-ignore: AssemblyScript's own
@inline
function bytesOf(groups: usize): usize {
  return groups * (BITS + TURN * MASK) + TURN * 4;
}

// @ts-ignore: AssemblyScript's own
@inline
function carriesOf(level: usize, groups: usize): usize {
  return level + groups * BITS;
}

/** Adds the rows whose addresses the level has, as its `turn`-th addition. Every 16th passes its carries on. @param level its address. */
function addRows(level: usize, turn: usize, groups: usize): void {
  const length = groups * MASK;
  const carries = carriesOf(level, groups);
  addSixteen(carries + TURN * length, groups, level, carries + (turn & 15) * length);
  if ((turn & 15) == 15) addCarries(level, turn >> 4, groups);
}

/** Adds the carries of a level to the next one. */
function addCarries(level: usize, turn: usize, groups: usize): void {
  const length = groups * MASK;
  const carries = carriesOf(level, groups);
  const next = level + bytesOf(groups);
  const rows = carriesOf(next, groups) + TURN * length;
  for (let k: usize = 0; k < TURN; k++) store<u32>(rows + (k << 2), <u32>(carries + k * length));
  addRows(next, turn, groups);
}

/**
 * Adds up the masks of `count` baskets; those up to the next multiple of 16 are empty. @param levels 16^levels is above `count`. The return value only
 * keeps the optimiser from dropping the prefetch loads.
 */
function addMasks(own: usize, count: usize, mask: usize, groups: usize, levels: usize, work: usize): u32 {
  const length = groups * MASK;
  const size = bytesOf(groups);
  let read: u32 = 0;
  for (let level: usize = 0; level < levels; level++) memory.fill(work + level * size, 0, groups * BITS);
  const rows = carriesOf(work, groups) + TURN * length;
  let turns: usize = 0;
  for (let h: usize = 0; h < count; h += TURN, turns++) {
    for (let k: usize = 0; k < TURN; k++) {
      store<u32>(rows + (k << 2), <u32>(mask + <usize>load<u32>(own + ((h + k) << 2)) * length));
      if (h + TURN >= count) continue;
      const next = mask + <usize>load<u32>(own + ((h + TURN + k) << 2)) * length;
      read |= fetched(next, next + length);
    }
    addRows(work, turns, groups);
  }
  // The last carries of each level; the missing ones are 0.
  for (let level = work; level < work + (levels - 1) * size; level += size) {
    const filled = turns & 15;
    turns >>= 4;
    if (filled == 0) continue;
    memory.fill(carriesOf(level, groups) + filled * length, 0, (TURN - filled) * length);
    addCarries(level, turns++, groups);
  }
  return read;
}

/** Four bits of the counts of 16 items, from one level. @param lane for each item the byte of a mask that has its bit. @param weight its bit there. */
// @ts-ignore: AssemblyScript's own
@inline
function fourBits(bits: usize, lane: v128, weight: v128): v128 {
  const one = i8x16.splat(1);
  let sum = i8x16.splat(0);
  for (let bit: usize = 0; bit < 4; bit++) {
    const spread = v128.and(i8x16.swizzle(v128.load(bits + bit * MASK), lane), weight);
    const isSet = v128.and(i8x16.eq(spread, weight), i8x16.shl(one, <i32>bit));
    sum = v128.or(sum, isSet);
  }
  return sum;
}

/** A byte of the counts of 16 items, from two levels. */
// @ts-ignore: AssemblyScript's own
@inline
function byteOf(bits: usize, level: usize, levels: usize, groups: usize, lane: v128, weight: v128): v128 {
  if (level >= levels) return i8x16.splat(0);
  const low = fourBits(bits + level * bytesOf(groups), lane, weight);
  if (level + 1 >= levels) return low;
  return v128.or(low, i8x16.shl(fourBits(bits + (level + 1) * bytesOf(groups), lane, weight), 4));
}

/** Turns the bits of all levels into a count for each item. */
function spread(groups: usize, levels: usize, bits: usize, sum: usize): void {
  const weight = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const two = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  for (let group: usize = 0; group < groups; group++, bits += BITS) {
    for (let at: usize = 0; at < MASK; at += 2, sum += 64) {
      const lane = i8x16.add(two, i8x16.splat(<i8>at));
      const a = byteOf(bits, 0, levels, groups, lane, weight);
      const b = byteOf(bits, 2, levels, groups, lane, weight);
      const c = byteOf(bits, 4, levels, groups, lane, weight);
      const d = byteOf(bits, 6, levels, groups, lane, weight);
      const lowAB = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const highAB = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const lowCD = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const highCD = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      v128.store(sum, i16x8.shuffle(lowAB, lowCD, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(sum, i16x8.shuffle(lowAB, lowCD, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      v128.store(sum, i16x8.shuffle(highAB, highCD, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(sum, i16x8.shuffle(highAB, highCD, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    }
  }
}

// @ts-ignore: AssemblyScript's own
@inline
function addOne(cell: usize): void {
  store<u32>(cell, load<u32>(cell) + 1);
}

/** Adds 1 for each item of the baskets that is in no mask. */
function addRest<T>(own: usize, count: usize, start: usize, index: usize, sum: usize): u32 {
  let read: u32 = 0;
  for (let h: usize = 0; h < count; h++) {
    if (h + 1 < count) {
      const next = start + (<usize>load<u32>(own + (h << 2), 4) << 2);
      read |= fetched(index + <usize>load<u32>(next) * sizeof<T>(), index + <usize>load<u32>(next, 4) * sizeof<T>());
    }
    const basket = start + (<usize>load<u32>(own + (h << 2)) << 2);
    let at = index + <usize>load<u32>(basket) * sizeof<T>();
    const end = index + <usize>load<u32>(basket, 4) * sizeof<T>();
    for (; at + 4 * sizeof<T>() <= end; at += 4 * sizeof<T>()) {
      addOne(sum + (place<T>(at, 0) << 2));
      addOne(sum + (place<T>(at, 1) << 2));
      addOne(sum + (place<T>(at, 2) << 2));
      addOne(sum + (place<T>(at, 3) << 2));
    }
    for (; at < end; at += sizeof<T>()) addOne(sum + (place<T>(at, 0) << 2));
  }
  return read;
}

/**
 * Counts in how many of `count` baskets each item is. `sum` must be 0 where no mask counts. The return value only keeps the optimiser from dropping
 * the prefetch loads.
 */
function countAll<T>(
  own: usize, count: usize, mask: usize, groups: usize, levels: usize, work: usize, start: usize, index: usize, sum: usize,
): u32 {
  let read: u32 = 0;
  if (groups > 0) {
    read = addMasks(own, count, mask, groups, levels, work);
    spread(groups, levels, work, sum);
  }
  return read | addRest<T>(own, count, start, index, sum);
}

/** Whether the baskets hold so few items that visiting these is faster than visiting all columns behind the masked ones. */
function areFew(own: usize, count: usize, masked: usize, columns: usize, start: usize): bool {
  let entries: usize = 0;
  for (let h: usize = 0; h < count; h++) {
    const basket = start + (<usize>load<u32>(own + (h << 2)) << 2);
    entries += <usize>(load<u32>(basket, 4) - load<u32>(basket));
  }
  return masked + 2 * entries < columns;
}

/**
 * Moves all counts above 0 to the row, and returns their number. Behind the masked columns it visits only those in the baskets, if they are
 * few, and sets all counts to 0.
 */
function collectAll<T>(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
): u32 {
  const few = areFew(own, count, masked, columns, start);
  let filled: usize = 0;
  const end = few ? masked : columns;
  for (let r: usize = 0; r < end; r++) filled = moved<u32>(r, sum, rowIndex, rowValue, filled);
  if (!few) return <u32>filled;
  for (let h: usize = 0; h < count; h++) {
    const basket = start + (<usize>load<u32>(own + (h << 2)) << 2);
    let at = index + <usize>load<u32>(basket) * sizeof<T>();
    const end = index + <usize>load<u32>(basket, 4) * sizeof<T>();
    for (; at < end; at += sizeof<T>()) filled = moved<u32>(place<T>(at, 0), sum, rowIndex, rowValue, filled);
  }
  return <u32>filled;
}

/** Smaller keys than this are not compared as single floats, which may be inexact there. */
const LEAST_SINGLE: f64 = 1e-20;

/**
 * Moves those counts to the row that may be among the K with the largest keys, four columns at a time: most are too small, and cost one
 * multiplication of single floats. Sets all counts to 0.
 *
 * @param single by column: its factor as a single float, rounded up, so that no product is below the key.
 */
function takeLargest(
  columns: usize, sum: usize, rowIndex: usize, rowValue: usize, factor: usize, single: usize, most: u32, key: usize, placeOfKey: usize, classes: usize,
): void {
  beginChoice(most);
  let filled: usize = 0;
  for (let first: usize = 0; first < columns; first += AT_ONCE) {
    const end = min<usize>(first + AT_ONCE, columns);
    const least = leastKey();
    const bound = f32x4.splat(least < LEAST_SINGLE ? 0 : <f32>least);
    for (let r = first; r < end; r += 4) {
      const counts = v128.load(sum + (r << 2));
      const keys = f32x4.mul(f32x4.convert_i32x4_u(counts), v128.load(single + (r << 2)));
      if (!v128.any_true(f32x4.ge(keys, bound))) continue;
      const last = min<usize>(r + 4, end);
      for (let column = r; column < last; column++) {
        const value = <f64>load<u32>(sum + (column << 2));
        store<u32>(rowIndex + (filled << 2), <u32>column);
        store<f64>(rowValue + (filled << 3), value);
        filled = takeKey(value * load<f64>(factor + (column << 3)), <u32>column, u32.MAX_VALUE, <u32>filled, key, placeOfKey);
      }
    }
    raiseBound(most, key, classes);
  }
  memory.fill(sum, 0, columns << 2);
}

/** The counts with the `most` largest keys, as `choose` gives them for the row that `collectAll` would give. */
function largestOf<T>(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
  factor: usize, single: usize, itemOf: usize, most: u32, key: usize, placeOfKey: usize, classes: usize, edge: usize, marks: usize,
  placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  if (most == 0 || areFew(own, count, masked, columns, start)) {
    const filled = collectAll<T>(own, count, masked, columns, start, index, sum, rowIndex, rowValue);
    return choose(
      filled, rowIndex, rowValue, <u32>columns, factor, itemOf, most, <u32>columns, key, placeOfKey, classes, edge, marks, placeOf, chosenIndex, chosenValue,
    );
  }
  takeLargest(columns, sum, rowIndex, rowValue, factor, single, most, key, placeOfKey, classes);
  return chosen(
    rowIndex, rowValue, <u32>columns, factor, itemOf, most, key, placeOfKey, classes, edge, marks, placeOf, chosenIndex, chosenValue,
  );
}

export function count16(
  own: usize, count: usize, mask: usize, groups: usize, levels: usize, work: usize, start: usize, index: usize, sum: usize,
): u32 {
  return countAll<u16>(own, count, mask, groups, levels, work, start, index, sum);
}
export function count32(
  own: usize, count: usize, mask: usize, groups: usize, levels: usize, work: usize, start: usize, index: usize, sum: usize,
): u32 {
  return countAll<u32>(own, count, mask, groups, levels, work, start, index, sum);
}
export function counted16(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
): u32 {
  return collectAll<u16>(own, count, masked, columns, start, index, sum, rowIndex, rowValue);
}
export function counted32(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
): u32 {
  return collectAll<u32>(own, count, masked, columns, start, index, sum, rowIndex, rowValue);
}
export function largest16(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
  factor: usize, single: usize, itemOf: usize, most: u32, key: usize, placeOfKey: usize, classes: usize, edge: usize, marks: usize,
  placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  return largestOf<u16>(
    own, count, masked, columns, start, index, sum, rowIndex, rowValue,
    factor, single, itemOf, most, key, placeOfKey, classes, edge, marks, placeOf, chosenIndex, chosenValue,
  );
}
export function largest32(
  own: usize, count: usize, masked: usize, columns: usize, start: usize, index: usize, sum: usize, rowIndex: usize, rowValue: usize,
  factor: usize, single: usize, itemOf: usize, most: u32, key: usize, placeOfKey: usize, classes: usize, edge: usize, marks: usize,
  placeOf: usize, chosenIndex: usize, chosenValue: usize,
): u32 {
  return largestOf<u32>(
    own, count, masked, columns, start, index, sum, rowIndex, rowValue,
    factor, single, itemOf, most, key, placeOfKey, classes, edge, marks, placeOf, chosenIndex, chosenValue,
  );
}
