import type { IdIndex } from '../../events/ids.js';
import { Entries } from '../entries.js';

/** The words of a column of text: an entry (entity, word, weight above 0) for each entity and each of `names` that it has. */
export interface Words {
  /** "column:word", each once. */
  names: string[];
  entries: Entries;
  /** How many different words there were before the rare and the common ones were dropped. */
  met: number;
}

/** A word in a single text connects it with no other. */
const FEWEST_TEXTS = 2;
/** A word in a larger share of the texts than this says nothing about any of them. */
const LARGEST_SHARE = 0.1;
/** A text keeps at most this many words, those with the largest weights. */
const MOST_WORDS = 100;

/**
 * The words that texts share, weighted by tf·idf = (1 + ln tf) · ln(N / df): how often the text has the word, how many of
 * the N texts have it. (Spärck Jones, "A statistical interpretation of term specificity", 1972; the logarithm of tf after
 * Salton & Buckley, "Term-weighting approaches in automatic text retrieval", 1988.)
 *
 * @param column its name. @param texts by entity; '' if an entity has no text.
 */
export function wordsOf(column: string, texts: readonly string[]): Words {
  const index = new Map<string, number>();
  const textsWith: number[] = [];
  const entries = new Entries();
  let count = 0;
  texts.forEach((text, at) => {
    const tally = new Map<string, number>();
    for (const word of splitWords(text)) tally.set(word, (tally.get(word) ?? 0) + 1);
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
 * Adds the words of several columns of text to `others`, scaled so that the vector of all words of an entity has the given length.
 * @param values the words are added to these; their index there is the column of their entry.
 */
export function scaledTogether(
  texts: readonly Words[],
  entities: number,
  length: number,
  values: Pick<IdIndex, 'add'>,
  others: Entries,
): void {
  const squares = new Float64Array(entities);
  for (const { row, value } of texts.map(({ entries }) => entries)) {
    const weights = value.values;
    row.values.forEach((entity, e) => {
      squares[entity]! += weights[e]! * weights[e]!;
    });
  }
  for (const { names, entries } of texts) {
    const [words, weights] = [entries.column.values, entries.value.values];
    const indices = names.map((name) => values.add(name));
    entries.row.values.forEach((entity, e) => {
      others.add(entity, indices[words[e]!]!, (length * weights[e]!) / Math.sqrt(squares[entity]!));
    });
  }
}

/** ln(N / df) for a word to keep, else 0. */
function inverseFrequency(df: number, count: number): number {
  const common = df > Math.max(FEWEST_TEXTS, LARGEST_SHARE * count);
  return df < FEWEST_TEXTS || common ? 0 : Math.log(count / df);
}

/** Keeps the largest weights above 0 of each text, and numbers the words that are left in the order they are met. */
function kept(column: string, met: readonly string[], all: Entries, specificity: Float64Array): Words {
  const out: Words = { names: [], entries: new Entries(), met: met.length };
  const [entity, word, frequency] = [all.row.values, all.column.values, all.value.values];
  const numbered = new Int32Array(met.length).fill(-1);
  const weightOf = (entry: number) => (1 + Math.log(frequency[entry]!)) * specificity[word[entry]!]!;
  for (let from = 0; from < entity.length; ) {
    let to = from;
    const entries: number[] = [];
    for (; entity[to] === entity[from]; to++) if (weightOf(to) > 0) entries.push(to);
    // Entries are in the order of the text, so that ties between equal weights always end alike.
    if (entries.length > MOST_WORDS) {
      entries.sort((a, b) => weightOf(b) - weightOf(a) || a - b);
      entries.length = MOST_WORDS;
    }
    for (const entry of entries) {
      const old = word[entry]!;
      if (numbered[old]! < 0) numbered[old] = out.names.push(`${column}:${met[old]}`) - 1;
      out.entries.add(entity[entry]!, numbered[old]!, weightOf(entry));
    }
    from = to;
  }
  return out;
}

const MARKUP = /<[^<>]*>|&#?\w+;/g;
/**
 * Vowel signs and accents that are characters of their own belong to the letter before them. Longer runs are cut, since a run of megabytes
 * would overflow the stack of the engine.
 */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]{0,999}/gu;

/**
 * The words of a text, in order: runs of at least two letters and digits, in lower case, without markup. In a language
 * without spaces between words, such a run is one word.
 */
export function splitWords(text: string): string[] {
  const words = text.replace(MARKUP, ' ').normalize('NFC').toLowerCase().match(WORD) ?? [];
  return words.filter((word) => word.length > 1);
}
