import type { QuotedCells } from '../csv/quoted-cells.js';
import { Decimal, decimalText, writeDecimal } from './score-digits.js';

/** The bytes that `writeDecimal` needs at most. */
const MOST_DIGITS = 18;

/** A buffer that grows as text is added. */
export class GrowingBytes {
  #bytes = Buffer.allocUnsafe(1 << 12);
  #end = 0;
  readonly #score = new Decimal();

  /** The number of bytes added so far. */
  get length(): number {
    return this.#end;
  }

  /** A copy of the bytes added so far. */
  copy(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#end));
  }

  /** Adds a cell, after the bytes `before`. @throws RangeError where there is no such cell. */
  cell(before: Uint8Array, { bytes, start }: QuotedCells, at: number): void {
    const from = start[at];
    const to = start[at + 1];
    if (from === undefined || to === undefined) throw new RangeError(`there is no cell ${at}`);
    this.#room(before.length + to - from);
    const out = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < before.length; i++) out[end++] = before[i] as number;
    for (let i = from; i < to; i++) out[end++] = bytes[i] as number;
    this.#end = end;
  }

  /** Adds a score with that many significant digits. */
  score(score: number, digits: number): void {
    this.#score.round(score, digits);
    this.decimal(this.#score.whole, this.#score.decimals);
  }

  /** Adds whole · 10^(-decimals). */
  decimal(whole: number, decimals: number): void {
    this.#room(MOST_DIGITS);
    const end = writeDecimal(this.#bytes, this.#end, whole, decimals);
    if (end > this.#end) this.#end = end;
    else this.text(decimalText(whole, decimals));
  }

  /** @param text must be ASCII. */
  text(text: string): void {
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#end++] = text.charCodeAt(i);
  }

  /** @param utf8 any text, as bytes. */
  raw(utf8: Uint8Array): void {
    this.#room(utf8.length);
    const to = this.#bytes;
    let at = this.#end;
    // For so few bytes, a loop is faster than a call that copies.
    for (let i = 0; i < utf8.length; i++) to[at++] = utf8[i] as number;
    this.#end = at;
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + bytes));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** A score rounded to that many significant digits, as all formats write it. */
export function rounded(score: number, digits: number): number {
  return Number(score.toPrecision(digits));
}
