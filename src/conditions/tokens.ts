import { type Failure, misuse } from '../failure.js';

/** A piece of an expression. Keywords and operators are `sign`s, in lower case. */
export interface Token {
  type: 'sign' | 'name' | 'text' | 'number' | 'date' | 'duration' | 'end';
  /** As written; of a name or a quoted text what stands inside. */
  text: string;
  /** Of a name, where it says whose column it is. */
  of?: 'item' | 'user';
  /** Where it begins, from 0. */
  at: number;
}

/** An expression as it was typed, and by which option, for messages. */
export interface Typed {
  text: string;
  option: string;
}

/** Nobody types more; whatever is linear or bounded by it stays cheap. */
const LONGEST = 10_000;
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'is', 'missing', 'contains', 'true', 'false', 'now', 'today']);
const SYNONYMS: Readonly<Record<string, string>> = { '==': '=', '<>': '!=' };

const QUOTED = `(?<text>"(?:[^"]|"")*"|'(?:[^']|'')*')`;
const DATE = String.raw`(?<date>(?:\d{4}(?<dash>[-/.])\d{1,2}\k<dash>\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?)(?![\p{L}\p{N}])`;
const NUMBER = String.raw`(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(?![\p{L}\p{N}_])`;
const NAME =
  '(?:(?<of>item|user)\\.)?(?:`(?<ticked>[^`]+)`|\\[(?<boxed>[^\\]]+)\\]|(?<name>[\\p{L}\\p{N}_$][\\p{L}\\p{M}\\p{N}_$.]*))';
const TOKEN = new RegExp(
  [
    QUOTED,
    DATE,
    String.raw`(?<duration>[+-]\s*\d+(?:\.\d+)?[dhw])(?![\p{L}\p{N}_])`,
    NUMBER,
    NAME,
    '(?<sign><=|>=|!=|<>|==|.)',
  ].join('|'),
  'isuy',
);

const SPACE = /\s*/y;

/** Cuts an expression into tokens, the last of them its end. @throws Failure 2 for one that is too long, or a quote that is not closed. */
export function tokensOf(typed: Typed): Token[] {
  const { text, option } = typed;
  if (text.length > LONGEST) {
    const message = `${option}: the expression has ${text.length} characters; ${LONGEST} are the most`;
    throw misuse(message);
  }
  const tokens: Token[] = [];
  for (let at = afterSpace(text, 0); at < text.length; at = afterSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups ?? {};
    tokens.push({ ...tokenOf(groups, typed, at), at });
  }
  return [...tokens, { type: 'end', text: '', at: text.trimEnd().length }];
}

function tokenOf(groups: Record<string, string | undefined>, typed: Typed, at: number): Omit<Token, 'at'> {
  const { text, of, ticked, boxed, name, sign = '' } = groups;
  if (text !== undefined) {
    const quote = text.charAt(0);
    return { type: 'text', text: text.slice(1, -1).replaceAll(quote + quote, quote) };
  }
  for (const type of ['date', 'duration', 'number'] as const)
    if (groups[type] !== undefined) return { type, text: groups[type] };
  const inside = ticked ?? boxed ?? name;
  if (inside !== undefined) {
    const word = inside.toLowerCase();
    if (inside === name && of === undefined && KEYWORDS.has(word)) return { type: 'sign', text: word };
    return { type: 'name', text: inside, ...(of === undefined ? {} : { of: of.toLowerCase() as 'item' | 'user' }) };
  }
  if (['"', "'", '`', '['].includes(sign)) {
    throw refusal(typed, at, `the ${sign === '[' ? 'bracket' : 'quote'} ${sign} is not closed`);
  }
  return { type: 'sign', text: SYNONYMS[sign] ?? sign };
}

function afterSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.test(text);
  return SPACE.lastIndex;
}

const WIDTH = 76;

/**
 * The failure of an expression: what is wrong, and a mark under the character where.
 * @param at from 0, as the text is indexed. @param more lines that go below.
 */
export function refusal({ text, option }: Typed, at: number, message: string, more = ''): Failure {
  // What a message may not hold takes one column here, so that the mark stands where it should.
  const letters = [...text.slice(0, at).replace(/\p{C}/gu, ' ')];
  const rest = [...text.slice(at).replace(/\p{C}/gu, ' ')];
  const from = Math.max(0, letters.length - WIDTH / 2);
  const before = `${from > 0 ? '…' : ''}${letters.slice(from).join('')}`;
  const room = WIDTH - (letters.length - from);
  const behind = `${rest.slice(0, room).join('')}${rest.length > room ? '…' : ''}`;
  const mark = `${' '.repeat([...before].length)}^`;
  const place = `(character ${letters.length + 1})`;
  return misuse(`${option}: ${message} ${place}\n  ${before}${behind}\n  ${mark}${more}`);
}
