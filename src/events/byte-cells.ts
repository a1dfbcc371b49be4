import { isBlank, LONGEST_MISSING } from '../csv/cells.js';
import { textOf } from '../csv/row-cutter.js';

/** First bytes of white space in UTF-8: U+0000 to U+0020, U+00A0, U+1680, U+2000 and following, U+3000, U+FEFF. */
const MAY_BE_SPACE = new Uint8Array(256).fill(1, 0, 0x21);
for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_SPACE[byte] = 1;
/** First two bytes of missing values: NA, N/A, NULL, null, NaN, nan, None, \N, (null), <NA>, [NULL]. */
const MISSING = new Set(
  'NA N/ n/ NU nu Na na No \\N (n <N <n [N [n'.split(' ').map((text) => Buffer.from(text).readUInt16BE()),
);
const FIRST = new Set(Buffer.from('Nn\\(<['));

/** `isBlank` for the bytes of a cell. */
export function isBlankCell(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  const first = bytes[from]!;
  if (MAY_BE_SPACE[first] === 0) {
    // Nearly all ids begin with another byte.
    if (!FIRST.has(first)) return false;
    if (to - from > LONGEST_MISSING || !MISSING.has((first << 8) | (bytes[from + 1] ?? 0))) return false;
  }
  return isBlank(textOf(bytes, from, to));
}

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);
const MOST_DIGITS = 15;

/**
 * A number of at most 15 digits, with an optional sign and fraction, as `Number` reads it; NaN for any other text. Both the digits
 * and the power of ten are exact doubles, so their quotient is the double nearest to the decimal number (Clinger 1990), which is
 * what `Number` returns.
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  const begin = at;
  let digits = 0;
  let point = -1;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) digits = digits * 10 + byte - 0x30;
    else if (byte === 0x2e && point < 0 && at > begin) point = at;
    else return Number.NaN;
  }
  const length = to - begin - (point < 0 ? 0 : 1);
  if (length === 0 || length > MOST_DIGITS || point === to - 1) return Number.NaN;
  const value = point < 0 ? digits : digits / POWERS_OF_TEN[to - 1 - point]!;
  return sign === 0x2d ? -value : value;
}
