import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaledTogether, splitWords, type Words, wordsOf } from '../../../src/dataset/attributes/words.js';
import { Entries } from '../../../src/dataset/entries.js';

describe('splitWords', () => {
  it.each([
    ['Spike trains, in-vivo: 2 neurons (x2)', ['spike', 'trains', 'in', 'vivo', 'neurons', 'x2']],
    ["A boy's dog; isn't it?", ['boy', 'dog', 'isn', 'it']],
    ['<p class="x">Fish &amp; chips<br/>AT&#39;s</p>', ['fish', 'chips', 'at']],
    ['GRÖSSE Ёлка ΣΟΦΙΑ', ['grösse', 'ёлка', 'σοφια']],
    ['हिन्दी में', ['हिन्दी', 'में']],
    ['日本語の本、猫', ['日本語の本']],
    ['1984 7', ['1984']],
    ['a < b > c', []],
    ['', []],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('treats composed and decomposed accents alike', () => {
    expect(splitWords('cafe\u0301')).toEqual(splitWords('caf\u00e9'));
  });

  it('handles 200,000 opening brackets without quadratic time', () => {
    expect(splitWords('<'.repeat(200_000))).toEqual([]);
  });
});

/** By entity, its words with their weights as { name: weight }. */
function byEntity(words: Words, entities: number): Record<string, number>[] {
  const out = Array.from({ length: entities }, (): Record<string, number> => ({}));
  const { row, column, value } = words.entries;
  row.values.forEach((entity, e) => {
    out[entity]![words.names[column.values[e]!]!] = value.values[e]!;
  });
  return out;
}

/** The slow model: the weight of every word by the formula, of which the 100 largest are kept. */
function slowWords(texts: readonly string[]): Record<string, number>[] {
  const all = texts.map(splitWords);
  const count = all.filter((words) => words.length > 0).length;
  return all.map((words) => {
    const weighed = [...new Set(words)].map((word): [string, number] => {
      const df = all.filter((other) => other.includes(word)).length;
      const tf = words.filter((other) => other === word).length;
      return [`text:${word}`, df < 2 || df > Math.max(2, 0.1 * count) ? 0 : (1 + Math.log(tf)) * Math.log(count / df)];
    });
    const positive = weighed.filter(([, weight]) => weight > 0);
    return Object.fromEntries(positive.sort(([, a], [, b]) => b - a).slice(0, 100));
  });
}

describe('wordsOf', () => {
  it('weighs a word by its frequency in the text and its rarity among the texts', () => {
    const words = wordsOf('text', ['spike spike train the', 'spike the alone', 'train the', 'the other', '']);
    // 4 texts. "the" is in more than two of them, "alone" and "other" in one; spike and train are in two.
    expect(byEntity(words, 5)).toEqual([
      { 'text:spike': (1 + Math.log(2)) * Math.log(2), 'text:train': Math.log(2) },
      { 'text:spike': Math.log(2) },
      { 'text:train': Math.log(2) },
      {},
      {},
    ]);
    expect(words.met).toBe(5);
    expect(words.names).toEqual(['text:spike', 'text:train']);
  });

  it('drops words on more than a tenth of many texts', () => {
    const texts = Array.from(
      { length: 100 },
      (_, at) => `t${at % 50} ${at < 10 ? 'tenth' : ''} ${at < 11 ? 'more' : ''}`,
    );
    const { names } = wordsOf('text', texts);
    expect(names).toContain('text:tenth');
    expect(names).not.toContain('text:more');
  });

  it('keeps the 100 words with the largest weights, the first ones among equals', () => {
    const names = Array.from({ length: 120 }, (_, at) => `w${at}`);
    const rare = names.slice(110).join(' ');
    const texts = [names.join(' '), `${names.slice(0, 110).join(' ')}`, names.slice(0, 110).join(' '), rare];
    const many = [...texts, ...Array.from({ length: 40 }, (_, at) => `filler${at}`)];
    const [first] = byEntity(wordsOf('text', many), many.length);
    const kept = [...names.slice(110), ...names.slice(0, 90)].map((name) => `text:${name}`);
    expect(Object.keys(first ?? {}).sort()).toEqual(kept.sort());
  });

  it('finds no words in a single text, nor in two texts with the same words', () => {
    expect(wordsOf('text', ['only one text here']).names).toEqual([]);
    expect(wordsOf('text', ['same words', 'same words']).names).toEqual([]);
    expect(wordsOf('text', ['', '']).met).toBe(0);
  });

  it('equals the formula applied word by word', () => {
    const word = fc.constantFrom('ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen', 'ibis', 'jay');
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        expect(byEntity(wordsOf('text', texts), texts.length)).toEqual(slowWords(texts));
      }),
    );
  });
});

describe('scaledTogether', () => {
  it('scales the words of each entity to the same vector length over all columns', () => {
    const word = fc.constantFrom('ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu');
    const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
    const texts = fc.array(fc.tuple(text, text), { maxLength: 30 });
    fc.assert(
      fc.property(texts, (rows) => {
        const columns = [0, 1].map((at) => rows.map((row) => row[at]!));
        const words = columns.map((cells, at) => wordsOf(`c${at}`, cells));
        const before = words.map((column) => byEntity(column, rows.length));
        const after = rows.map((): Record<string, number> => ({}));
        const names: string[] = [];
        const entries = new Entries();
        const add = (name: string) => names.push(name) - 1;
        scaledTogether(words, rows.length, 2, { add }, entries);
        entries.row.values.forEach((entity, e) => {
          after[entity]![names[entries.column.values[e]!]!] = entries.value.values[e]!;
        });
        after.forEach((values, entity) => {
          const unscaled = { ...before[0]![entity], ...before[1]![entity] };
          expect(Object.keys(values)).toEqual(Object.keys(unscaled));
          const squares = (all: Record<string, number>) => Object.values(all).reduce((sum, x) => sum + x * x, 0);
          if (Object.keys(values).length > 0) expect(squares(values)).toBeCloseTo(4, 10);
          for (const [name, value] of Object.entries(values)) {
            expect(value * Math.sqrt(squares(unscaled))).toBeCloseTo(2 * unscaled[name]!, 10);
          }
        });
      }),
    );
  });
});
