import type { QuotedCells } from '../csv/quoted-cells.js';
import { GrowingBytes, rounded } from './bytes.js';
import type { ScoredList } from './list-lines.js';
import type { Reasons, WriteReasons } from './reason-cells.js';
import { SCORE_DIGITS } from './score-digits.js';

/** Lists as numbers, one user's after the other: the input of Parquet. */
export interface ListColumns {
  items: Uint32Array;
  /** Rounded, as all formats write them. */
  scores: Float64Array;
  /** The length of each user's list. */
  lengths: Uint32Array;
  /** By item of all lists, where there are such columns: its reasons as text, and the index of its source in `SOURCES`. */
  reasons?: QuotedCells | undefined;
  sources?: Uint8Array | undefined;
}

/** Collects lists as columns. @param precision significant digits of scores. @param write writes reasons, where a column needs them. */
export function columnWriter(precision = SCORE_DIGITS, write?: WriteReasons) {
  const lists: ScoredList[] = [];
  const texts = new GrowingBytes();
  const ends: number[] = [0];
  const sources: Uint8Array[] = [];
  let rows = 0;
  return {
    get rows(): number {
      return rows;
    },

    /** Adds the list of the next user. */
    add(_user: number, list: ScoredList, reasons?: Reasons): void {
      lists.push(list);
      rows += list.items.length;
      if (!reasons) return;
      sources.push(reasons.source.slice(0, list.items.length));
      if (!write) return;
      for (const [place, score] of list.scores.entries()) {
        write(texts, score, reasons, place);
        ends.push(texts.length);
      }
    },

    finish(): ListColumns {
      const items = new Uint32Array(rows);
      const scores = new Float64Array(rows);
      let end = 0;
      for (const list of lists) {
        items.set(list.items, end);
        scores.set(
          list.scores.map((score) => rounded(score, precision)),
          end,
        );
        end += list.items.length;
      }
      return {
        items,
        scores,
        lengths: Uint32Array.from(lists, (list) => list.items.length),
        reasons: write && { bytes: texts.copy(), start: Float64Array.from(ends) },
        sources: sources.length > 0 ? Buffer.concat(sources) : undefined,
      };
    },
  };
}
