import type { QuotedCells } from '../csv/quoted-cells.js';
import { writeDigits } from './score-digits.js';

/** Room for what `writeDigits` writes. */
const MOST_DIGITS = 16;

/** A buffer that grows as text is added. */
export class GrowingBytes {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #end = 0;

  /** What was added so far, as bytes of their own. */
  copy(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#end));
  }

  /** @throws RangeError where there is no such cell. */
  cell({ bytes, start }: QuotedCells, at: number): void {
    const from = start[at];
    const to = start[at + 1];
    if (from === undefined || to === undefined) throw new RangeError(`there is no cell ${at}`);
    this.#room(to - from);
    // The bounds lie inside the bytes: `quotedFrom` has checked them.
    for (let i = from; i < to; i++) this.#bytes[this.#end++] = bytes[i] as number;
  }

  score(score: number): void {
    this.#room(MOST_DIGITS);
    const end = writeDigits(this.#bytes, this.#end, score);
    if (end > this.#end) this.#end = end;
    else this.text(scoreText(score));
  }

  /** @param text of ASCII alone. */
  text(text: string): void {
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#end++] = text.charCodeAt(i);
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + bytes));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** A score in six significant digits, which all formats have: rounding keeps the order, so scores never rise down a list. */
export function rounded(score: number): number {
  return Number(score.toPrecision(6));
}

export function scoreText(score: number): string {
  return String(rounded(score));
}
