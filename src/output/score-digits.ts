/** 10⁰ to 10⁹, each exact. */
const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** A fraction nearer to ½ than this may be on the other side of it but for the rounding of the product. */
const DOUBT = 1e-6;
const ZERO = 48;
const POINT = 46;

/**
 * Writes the six significant digits of a score between 0.001 and 99,999, as `scoreText` has them: the digits are those of the whole number
 * nearest to score · 10^k, where it lies between 100,000 and 999,999. @param bytes with room for 10 more from `at`.
 * @returns where the digits end; `at` where that takes exact arithmetic, or the score is not in the range.
 */
export function writeDigits(bytes: Uint8Array, at: number, score: number): number {
  if (!(score >= 0.001 && score < 99_999)) return at;
  let decimals = 1;
  while (decimals < 8 && score * (POWERS[decimals] ?? 0) < 100_000) decimals++;
  const scaled = score * (POWERS[decimals] ?? 0);
  const whole = Math.floor(scaled);
  const rest = scaled - whole;
  let digits = rest > 0.5 ? whole + 1 : whole;
  if (Math.abs(rest - 0.5) < DOUBT || digits < 100_000 || digits > 999_999) return at;
  for (; decimals > 0 && digits % 10 === 0; decimals--) digits /= 10;
  const before = Math.floor(digits / (POWERS[decimals] ?? 1));
  let end = at + length(before);
  put(bytes, end, before);
  if (decimals === 0) return end;
  bytes[end++] = POINT;
  end += decimals;
  for (let place = end - 1, left = digits - before * (POWERS[decimals] ?? 1); place >= end - decimals; place--) {
    bytes[place] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
  return end;
}

/** Writes a whole number so that it ends before `end`. */
function put(bytes: Uint8Array, end: number, whole: number): void {
  let left = whole;
  for (let place = end - 1; place === end - 1 || left > 0; place--) {
    bytes[place] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}

function length(whole: number): number {
  let digits = 1;
  while (digits < 9 && whole >= (POWERS[digits] ?? 0)) digits++;
  return digits;
}
