import { rounded } from './bytes.js';
import type { List } from './list-lines.js';

/** Lists as numbers, one user's after the other: what Parquet is made from. */
export interface ListColumns {
  items: Uint32Array;
  /** As all formats have them, in six significant digits. */
  scores: Float64Array;
  /** How many of the items are in each user's list. */
  lengths: Uint32Array;
}

/** Puts lists together as columns. */
export class ColumnWriter {
  readonly #lists: List[] = [];
  rows = 0;

  /** Takes the list of the next user. */
  add(_user: number, list: List): void {
    this.#lists.push(list);
    this.rows += list.items.length;
  }

  finish(): ListColumns {
    const items = new Uint32Array(this.rows);
    const scores = new Float64Array(this.rows);
    let end = 0;
    for (const list of this.#lists) {
      items.set(list.items, end);
      scores.set(list.scores.map(rounded), end);
      end += list.items.length;
    }
    return { items, scores, lengths: Uint32Array.from(this.#lists, (list) => list.items.length) };
  }
}
