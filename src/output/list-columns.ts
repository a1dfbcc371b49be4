import type { QuotedCells } from '../csv/quoted-cells.js';
import { GrowingBytes, rounded } from './bytes.js';
import type { List } from './list-lines.js';
import type { Reasons, WriteReasons } from './reason-cells.js';
import { SCORE_DIGITS } from './score-digits.js';

/** Lists as numbers, one user's after the other: what Parquet is made from. */
export interface ListColumns {
  items: Uint32Array;
  /** Rounded, as all formats have them. */
  scores: Float64Array;
  /** How many of the items are in each user's list. */
  lengths: Uint32Array;
  /** By item of all lists, where they are wanted: why it is there, as text, and the place of its source in `SOURCES`. */
  reasons?: QuotedCells | undefined;
  sources?: Uint8Array | undefined;
}

/** Puts lists together as columns. */
export class ColumnWriter {
  readonly #lists: List[] = [];
  readonly #precision: number;
  readonly #write: WriteReasons | undefined;
  readonly #texts = new GrowingBytes();
  readonly #ends: number[] = [0];
  readonly #sources: Uint8Array[] = [];
  rows = 0;

  /** @param precision significant digits of scores. @param write writes reasons, where they are wanted. */
  constructor(precision = SCORE_DIGITS, write?: WriteReasons) {
    this.#precision = precision;
    this.#write = write;
  }

  /** Takes the list of the next user. */
  add(_user: number, list: List, reasons?: Reasons): void {
    this.#lists.push(list);
    this.rows += list.items.length;
    if (!reasons) return;
    this.#sources.push(reasons.source.slice(0, list.items.length));
    if (!this.#write) return;
    for (const [place, score] of list.scores.entries()) {
      this.#write(this.#texts, score, reasons, place);
      this.#ends.push(this.#texts.length);
    }
  }

  finish(): ListColumns {
    const items = new Uint32Array(this.rows);
    const scores = new Float64Array(this.rows);
    let end = 0;
    for (const list of this.#lists) {
      items.set(list.items, end);
      scores.set(
        list.scores.map((score) => rounded(score, this.#precision)),
        end,
      );
      end += list.items.length;
    }
    const lengths = Uint32Array.from(this.#lists, (list) => list.items.length);
    const reasons = this.#write && { bytes: this.#texts.copy(), start: Float64Array.from(this.#ends) };
    return {
      items,
      scores,
      lengths,
      reasons,
      sources: this.#sources.length > 0 ? Buffer.concat(this.#sources) : undefined,
    };
  }
}
