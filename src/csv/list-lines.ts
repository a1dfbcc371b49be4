import type { QuotedCells } from './quoted-cells.js';
import { writeDigits } from './score-digits.js';

/** The first ranks as text. */
const RANKS = Array.from({ length: 100 }, (_, place) => String(place + 1));
/** Room for what `writeDigits` writes. */
const MOST_DIGITS = 16;

/** The quoted cells that lines are put together from. */
export interface OutputCells {
  users: QuotedCells;
  items: QuotedCells;
  /** Undefined: no title column. */
  titles: QuotedCells | undefined;
}

export function headerLine(withTitles: boolean): string {
  return `user_id,item_id,rank,score${withTitles ? ',title' : ''}\n`;
}

/** Puts lists together as lines of CSV, in one growing buffer. */
export class LineWriter {
  readonly #cells: OutputCells;
  #bytes = Buffer.allocUnsafe(1 << 16);
  #end = 0;
  rows = 0;

  constructor(cells: OutputCells) {
    this.#cells = cells;
  }

  /**
   * Adds a user's list: `user_id,item_id,rank,score[,title]`, rank from 1.
   * @param list items, best first, and their scores. @throws RangeError where one has no score, or no such cell.
   */
  add(user: number, { items, scores }: { items: Uint32Array; scores: Float64Array }): void {
    const { users, items: itemCells, titles } = this.#cells;
    for (let place = 0; place < items.length; place++) {
      const item = items[place];
      const score = scores[place];
      if (item === undefined || score === undefined) throw new RangeError(`rank ${place + 1} has no score`);
      this.#cell(users, user);
      this.#text(',');
      this.#cell(itemCells, item);
      this.#text(',');
      this.#text(RANKS[place] ?? String(place + 1));
      this.#text(',');
      this.#score(score);
      if (titles) {
        this.#text(',');
        this.#cell(titles, item);
      }
      this.#text('\n');
      this.rows++;
    }
  }

  /** The lines so far, as bytes of their own. */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#end));
  }

  #cell({ bytes, start }: QuotedCells, at: number): void {
    const from = start[at];
    const to = start[at + 1];
    if (from === undefined || to === undefined) throw new RangeError(`there is no cell ${at}`);
    this.#room(to - from);
    // The bounds lie inside the bytes: `quotedFrom` has checked them.
    for (let i = from; i < to; i++) this.#bytes[this.#end++] = bytes[i] as number;
  }

  #score(score: number): void {
    this.#room(MOST_DIGITS);
    const end = writeDigits(this.#bytes, this.#end, score);
    if (end > this.#end) this.#end = end;
    else this.#text(scoreText(score));
  }

  /** @param text of ASCII alone. */
  #text(text: string): void {
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

/** Six significant digits: rounding keeps the order, so scores still never rise down a list. */
export function scoreText(score: number): string {
  return String(Number(score.toPrecision(6)));
}
