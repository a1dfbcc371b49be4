import { FloatColumn } from '../events/columns.js';

/** The words of a column of text: subject `subject[e]` has `names[word[e]]` with `weight[e]` > 0; columns equally long. */
export interface Words {
  /** "column:word", each once. */
  names: string[];
  subject: FloatColumn;
  word: FloatColumn;
  weight: FloatColumn;
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
  const subject = new FloatColumn();
  const word = new FloatColumn();
  const frequency = new FloatColumn();
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
      subject.push(at);
      word.push(known);
      frequency.push(times);
    }
  });
  const specificity = Float64Array.from(textsWith, (df) => inverseFrequency(df, count));
  return kept(column, [...index.keys()], subject.values, word.values, frequency.values, specificity);
}

/**
 * Visits the words of several columns of text, scaled so that all those of one subject together have the given length as
 * a vector.
 *
 * @param indexOf is asked once for the index of each "column:word". @param visit is given that index.
 */
export function scaledTogether(
  columns: readonly Words[],
  subjects: number,
  length: number,
  indexOf: (name: string) => number,
  visit: (subject: number, index: number, value: number) => void,
): void {
  const squares = new Float64Array(subjects);
  for (const { subject, weight } of columns) {
    const weights = weight.values;
    subject.values.forEach((at, e) => {
      squares[at]! += weights[e]! * weights[e]!;
    });
  }
  for (const { names, subject, word, weight } of columns) {
    const [words, weights] = [word.values, weight.values];
    const indices = names.map(indexOf);
    subject.values.forEach((at, e) => {
      visit(at, indices[words[e]!]!, (length * weights[e]!) / Math.sqrt(squares[at]!));
    });
  }
}

/** ln(N / df) where a word is worth keeping, else 0. */
function inverseFrequency(df: number, count: number): number {
  const common = df > Math.max(FEWEST_TEXTS, LARGEST_SHARE * count);
  return df < FEWEST_TEXTS || common ? 0 : Math.log(count / df);
}

/** The entries with weight, the largest of each text, and the words that are left, numbered anew as they are met. */
function kept(
  column: string,
  met: readonly string[],
  subject: Float64Array,
  word: Float64Array,
  frequency: Float64Array,
  specificity: Float64Array,
): Words {
  const out: Words = {
    names: [],
    subject: new FloatColumn(),
    word: new FloatColumn(),
    weight: new FloatColumn(),
    met: met.length,
  };
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
      out.subject.push(subject[entry]!);
      out.word.push(numbered[old]!);
      out.weight.push(weightOf(entry));
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
