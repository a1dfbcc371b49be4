import type { IdIndex } from '../../events/ids.js';
import { Entries } from '../entries.js';

/** The words of a column of text: an entry (subject, word, weight above 0) for each subject and each of `names` that it has. */
export interface Words {
  /** "column:word", each once. */
  names: string[];
  entries: Entries;
  /** Different words there were, before the rare and the common ones were dropped. */
  met: number;
}

/** A word of one text alone ties it to no other. */
const FEWEST_TEXTS = 2;
/** A word in more of the texts than this says nothing about any one of them. */
const LARGEST_SHARE = 0.1;
/** Words kept of one text, the ones with most weight. */
const MOST_WORDS = 100;

/**
 * The words that texts share, weighted by tf·idf = (1 + ln tf) · ln(N / df): how often the text has the word, how many of
 * the N texts have it. (Spärck Jones, "A statistical interpretation of term specificity", 1972; the logarithm of tf after
 * Salton & Buckley, "Term-weighting approaches in automatic text retrieval", 1988.)
 *
 * @param column its name. @param texts one a subject, by its index; '' where there is none.
 */
export function wordsOf(column: string, texts: readonly string[]): Words {
  const index = new Map<string, number>();
  const textsWith: number[] = [];
  const entries = new Entries();
  let count = 0;
  texts.forEach((text, at) => {
    const tally = tallied(text);
    if (tally.size > 0) count++;
    for (const [name, times] of tally) {
      let known = index.get(name);
      if (known === undefined) {
        known = index.size;
        index.set(name, known);
        textsWith.push(0);
      }
      textsWith[known]!++;
      entries.add(at, known, times);
    }
  });
  const specificity = Float64Array.from(textsWith, (df) => inverseFrequency(df, count));
  return kept(column, [...index.keys()], entries, specificity);
}

/**
 * Adds the words of several columns of text to others, scaled so that all those of one subject together have the given length as a vector.
 * @param values takes the words; their index there is the column of their entry.
 */
export function scaledTogether(
  texts: readonly Words[],
  subjects: number,
  length: number,
  values: Pick<IdIndex, 'add'>,
  others: Entries,
): void {
  const squares = new Float64Array(subjects);
  for (const { row, value } of texts.map(({ entries }) => entries)) {
    const weights = value.values;
    row.values.forEach((subject, e) => {
      squares[subject]! += weights[e]! * weights[e]!;
    });
  }
  for (const { names, entries } of texts) {
    const [words, weights] = [entries.column.values, entries.value.values];
    const indices = names.map((name) => values.add(name));
    entries.row.values.forEach((subject, e) => {
      others.add(subject, indices[words[e]!]!, (length * weights[e]!) / Math.sqrt(squares[subject]!));
    });
  }
}

/** ln(N / df) where a word is worth keeping, else 0. */
function inverseFrequency(df: number, count: number): number {
  const common = df > Math.max(FEWEST_TEXTS, LARGEST_SHARE * count);
  return df < FEWEST_TEXTS || common ? 0 : Math.log(count / df);
}

/** The entries with weight, the largest of each text, and the words that are left, numbered anew as they are met. */
function kept(column: string, met: readonly string[], all: Entries, specificity: Float64Array): Words {
  const out: Words = { names: [], entries: new Entries(), met: met.length };
  const [subject, word, frequency] = [all.row.values, all.column.values, all.value.values];
  const numbered = new Int32Array(met.length).fill(-1);
  const weightOf = (entry: number) => (1 + Math.log(frequency[entry]!)) * specificity[word[entry]!]!;
  for (let from = 0; from < subject.length; ) {
    let to = from;
    const entries: number[] = [];
    for (; subject[to] === subject[from]; to++) if (weightOf(to) > 0) entries.push(to);
    // Entries stand in the order in which the text has them, so that words of one weight are the same ones every time.
    if (entries.length > MOST_WORDS) {
      entries.sort((a, b) => weightOf(b) - weightOf(a) || a - b);
      entries.length = MOST_WORDS;
    }
    for (const entry of entries) {
      const old = word[entry]!;
      if (numbered[old]! < 0) numbered[old] = out.names.push(`${column}:${met[old]}`) - 1;
      out.entries.add(subject[entry]!, numbered[old]!, weightOf(entry));
    }
    from = to;
  }
  return out;
}

function tallied(text: string): Map<string, number> {
  const tally = new Map<string, number>();
  for (const word of splitWords(text)) tally.set(word, (tally.get(word) ?? 0) + 1);
  return tally;
}

const MARKUP = /<[^<>]*>|&#?\w+;/g;
/**
 * Vowel signs and accents that stand by themselves belong to the letter before them. A run of megabytes is cut, which the engine's stack
 * would not hold.
 */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]{0,999}/gu;

/**
 * The words of a text, in their order: runs of letters and digits, two at least, in lower case, markup left out. A run
 * of a language that puts no spaces between words is one word.
 */
export function splitWords(text: string): string[] {
  const words = text.replace(MARKUP, ' ').normalize('NFC').toLowerCase().match(WORD) ?? [];
  return words.filter((word) => word.length > 1);
}
