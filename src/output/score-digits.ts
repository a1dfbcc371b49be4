/** 10⁰ to 10²², each exact. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** A fraction nearer to ½ than this may be on the wrong side of it, because the product was rounded. */
const DOUBT = 1e-6;
/** Up to this many digits, the rounding error of the product is smaller than that. */
const MOST_BY_PRODUCT = 9;
const MOST_DECIMALS = 15;
const MAX_INT32 = 2 ** 31 - 1;
const MOST_WHOLE = 1e15;
const MINUS = 45;
const ZERO = 48;
const POINT = 46;

/** The significant digits of scores: the default, and the maximum. */
export const SCORE_DIGITS = 6;
export const MOST_SCORE_DIGITS = 15;

/** whole · 10^(-decimals), with 15 digits at most. */
export class Decimal {
  whole = 0;
  decimals = 0;

  /**
   * Sets this to a score, rounded to significant digits as `toPrecision` does: that keeps the order, so scores never rise down a list.
   * @throws RangeError where the score is not a finite number.
   */
  round(score: number, digits: number): void {
    const size = Math.abs(score);
    if (!(size >= 0.001 && size < 99_999) || digits > MOST_BY_PRODUCT) {
      this.#roundExactly(score, digits);
      return;
    }
    const least = POWERS[digits - 1] ?? 0;
    let decimals = 1;
    while (size * (POWERS[decimals] ?? 0) < least) decimals++;
    const scaled = size * (POWERS[decimals] ?? 0);
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    const whole = rest > 0.5 ? floor + 1 : floor;
    if (Math.abs(rest - 0.5) < DOUBT || whole < least || whole >= least * 10) {
      this.#roundExactly(score, digits);
      return;
    }
    this.whole = score < 0 ? -whole : whole;
    this.decimals = decimals;
  }

  #roundExactly(score: number, digits: number): void {
    if (!Number.isFinite(score)) throw new RangeError(`a list has the score ${score}`);
    const [mantissa = '0', exponent] = score.toExponential(digits - 1).split('e');
    this.whole = Number(mantissa.replace('.', ''));
    this.decimals = digits - 1 - Number(exponent);
  }
}

/** number · 10^decimals, with the exponent limited to ±308, the range of doubles. */
export function timesPower(number: number, decimals: number): number {
  const power = POWERS[Math.abs(decimals)] ?? Number(`1e${Math.min(Math.abs(decimals), 308)}`);
  return decimals < 0 ? number / power : number * power;
}

/** The text of whole · 10^(-decimals), as JavaScript writes numbers. */
export function decimalText(whole: number, decimals: number): string {
  const text = `${whole}e${-decimals}`;
  // Doubles cannot represent all numbers of 16 digits.
  return Math.abs(whole) < MOST_WHOLE ? String(Number(text)) : text;
}

/**
 * Writes the text of `decimalText`, faster. @param bytes with room for 18 more from `at`. @returns where it ends; `at` where the number is
 * too large or too small for this way: then nothing is written.
 */
export function writeDecimal(bytes: Uint8Array, at: number, number: number, places: number): number {
  let left = number < 0 ? -number : number;
  let decimals = places;
  const isSmall = decimals > 6 && left < (POWERS[decimals - 6] ?? 0);
  if (decimals < 0 || decimals > MOST_DECIMALS || isSmall || left > MAX_INT32) return at;
  // Integers of 32 bits divide faster.
  for (; decimals > 0 && left % 10 === 0; decimals--) left = (left / 10) | 0;
  let digits = decimals + 1;
  while (left >= (POWERS[digits] ?? 0)) digits++;
  let from = at;
  if (number < 0) bytes[from++] = MINUS;
  const end = from + digits + (decimals > 0 ? 1 : 0);
  for (let place = end - 1; place >= from; place--) {
    if (decimals > 0 && place === end - 1 - decimals) bytes[place] = POINT;
    else {
      bytes[place] = ZERO + (left % 10);
      left = (left / 10) | 0;
    }
  }
  return end;
}
