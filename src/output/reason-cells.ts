import { jsonText } from '../csv/printable.js';
import type { QuotedCells } from '../csv/quoted-cells.js';
import { type SignalCounts, signalCount } from '../model/signals.js';
import type { GrowingBytes } from './bytes.js';
import type { OutputFormat } from './formats.js';
import { Decimal, timesPower } from './score-digits.js';

/** Where a row of a list comes from: the kind of signal behind most of its score, or the rule that put it there. */
export const SOURCES = ['history', 'preferences', 'group', 'popular', 'pinned', 'explored'] as const;

/** Why the items of a list have their scores. Each score is the sum of its parts, times a factor. */
export interface Reasons {
  /** How many of the largest parts of each item are kept, largest first: one more than are named when the rest is summed up as "others". */
  kept: number;
  /** By item of the list: how many parts there are; none is 0. */
  parts: Uint32Array;
  /** `kept` entries for each item of the list: a signal, or `signalCount` for popularity; and what it adds to the score. */
  cause: Uint32Array;
  amount: Float64Array;
  /** By item of the list: the sum of all its parts, and the factor of rules that multiplies it (1: none). */
  sum: Float64Array;
  factor: Float64Array;
  /** By item of the list: the index of its source in `SOURCES`. */
  source: Uint8Array;
}

/** The names of causes: the cells of items, then attribute values, then groups, as `reasonName` writes them. */
export interface ReasonNames {
  cells: QuotedCells;
  counts: SignalCounts;
}

/** How reasons are written: as a cell of CSV, as text that is quoted elsewhere, or as a JSON array. */
export type ReasonStyle = 'cell' | 'text' | 'json';

export function reasonStyle(format: OutputFormat): ReasonStyle {
  return format === 'jsonl' ? 'json' : format === 'parquet' ? 'text' : 'cell';
}

/** The kind of a part: a signal, popularity, the factor of the sum, or the sum of all parts that are not named. */
const KINDS = ['item', 'attribute', 'group', 'follows', 'popular', 'factor', 'other'] as const;
type Kind = (typeof KINDS)[number];

type ByKind = Readonly<Record<Kind, Uint8Array>>;

const byKind = (text: (kind: Kind) => string) =>
  Object.fromEntries<Uint8Array>(KINDS.map((kind) => [kind, Buffer.from(text(kind))])) as ByKind;

const TEXT_NAMES: Readonly<Partial<Record<Kind, string>>> = { follows: 'follows ', factor: '× ' };
const textMarks = (quote: string) => ({
  open: quote,
  between: '; ',
  beforeName: (kind: Kind) => TEXT_NAMES[kind] ?? '',
  beforeScore: (_: Kind) => ' ',
  end: '',
  close: quote,
});

/** The text around all parts and between two of them, before the name and the score of each, and after the score. */
const MARKS = {
  text: textMarks(''),
  cell: textMarks('"'),
  json: {
    open: '[',
    between: ',',
    beforeName: (kind: Kind) => `{"because":"${kind === 'factor' ? '× ' : ''}`,
    beforeScore: (kind: Kind) => `","kind":"${kind}","score":`,
    end: '}',
    close: ']',
  },
};

/**
 * The name of a cause inside reasons. In text, `; ` separates parts and a space separates the score, so a semicolon before a space becomes
 * a comma, and line breaks become spaces: reasons can be split again whatever the name is.
 */
export function reasonName(name: string, style: ReasonStyle): string {
  if (style === 'json') return jsonText(name).slice(1, -1);
  const text = name
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/;(?= |$)/g, ',');
  return style === 'cell' ? text.replaceAll('"', '""') : text;
}

/** Significant digits of a factor. */
const FACTOR_DIGITS = 3;

/** Writes why the item at a place of a list has its score. @throws RangeError for a cause without a name. */
export type WriteReasons = (out: GrowingBytes, score: number, reasons: Reasons, place: number) => void;

/**
 * Writes reasons. All parts have as many decimals as the written score, and add up to it exactly: the rounding error goes to the others or,
 * where all are named, to the first part. Parts that are rounded to 0 are left out.
 *
 * @param digits significant digits of scores.
 */
export function reasonWriter(style: ReasonStyle, { cells, counts }: ReasonNames, digits: number): WriteReasons {
  const { open, between, beforeName, beforeScore, end, close } = MARKS[style];
  // The bytes before the name of the first part and of later ones, and before scores.
  const beforeFirst = byKind(beforeName);
  const beforeNext = byKind((kind) => between + beforeName(kind));
  const beforeAmount = byKind(beforeScore);
  const popular = signalCount(counts);
  const latest = counts.items + counts.preferences + counts.groups;
  const ofScore = new Decimal();
  // For the current item: the named parts in units of the last decimal, and how many parts were written.
  const units: number[] = [];
  let written = 0;

  /** Rounds the first parts of an item. @returns how many are named: none where they cancel out and only rounding errors would be left. */
  const round = (amount: Float64Array, first: number, count: number, decimals: number): number => {
    let size = 0;
    for (let k = 0; k < count; k++) {
      units[k] = Math.round(timesPower(amount[first + k] ?? 0, decimals));
      size += Math.abs(units[k] ?? 0);
    }
    return size <= Number.MAX_SAFE_INTEGER ? count : 0;
  };

  const before = (kind: Kind): Uint8Array => (written++ > 0 ? beforeNext : beforeFirst)[kind];

  /** @param whole what the part adds, in units of the last decimal. */
  const writeEnd = (out: GrowingBytes, kind: Kind, whole: number, decimals: number): void => {
    out.raw(beforeAmount[kind]);
    out.decimal(whole, decimals);
    if (end !== '') out.text(end);
  };

  const kindOf = (cause: number): Kind => {
    if (cause < counts.items) return 'item';
    if (cause < counts.items + counts.preferences) return 'attribute';
    if (cause < latest) return 'group';
    return cause < popular ? 'follows' : 'popular';
  };

  const writeCause = (out: GrowingBytes, cause: number, whole: number, decimals: number): void => {
    const kind = kindOf(cause);
    if (kind === 'popular') {
      out.raw(before(kind));
      out.text(kind);
    } else out.cell(before(kind), cells, kind === 'follows' ? cause - latest : cause);
    writeEnd(out, kind, whole, decimals);
  };

  return (out, score, reasons, place) => {
    const { kept, parts, cause, amount } = reasons;
    ofScore.round(score, digits);
    const { whole: total, decimals } = ofScore;
    const factor = reasons.factor[place] ?? 1;
    const sum = factor === 1 ? total : Math.round(timesPower(reasons.sum[place] ?? 0, decimals));
    const count = parts[place] ?? 0;
    const first = place * kept;
    const named = round(amount, first, count <= kept ? count : kept - 1, decimals);
    let rest = sum;
    for (let k = 0; k < named; k++) rest -= units[k] ?? 0;
    if (named === count) units[0] = (units[0] ?? 0) + rest;
    written = 0;
    out.text(open);
    for (let k = 0; k < named; k++) {
      if (units[k] !== 0) writeCause(out, cause[first + k] ?? -1, units[k] ?? 0, decimals);
    }
    if (named < count && rest !== 0) {
      out.raw(before('other'));
      out.decimal(count - named, 0);
      out.text(' others');
      writeEnd(out, 'other', rest, decimals);
    }
    if (total !== sum) {
      out.raw(before('factor'));
      out.score(factor, FACTOR_DIGITS);
      writeEnd(out, 'factor', total - sum, decimals);
    }
    if (written === 0) writeCause(out, count === 0 ? popular : (cause[first] ?? -1), total, decimals);
    out.text(close);
  };
}
