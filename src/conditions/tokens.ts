import { type Failure, misuse } from '../failure.js';

/** A piece of an expression. Keywords and operators are `sign`s, in lower case. */
export interface Token {
  type: 'sign' | 'name' | 'text' | 'number' | 'date' | 'duration' | 'end';
  /** As written; for a name or a quoted text, the part inside the quotes or brackets. */
  text: string;
  /** The prefix of a name like `user.age`. */
  side?: 'item' | 'user';
  /** Where it begins, from 0. */
  at: number;
}

/** The text of an expression and its option, for messages. */
export interface ExpressionText {
  text: string;
  option: string;
}

/** More than anybody types; the limit keeps parsing cheap. */
const MAX_LENGTH = 10_000;
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'is', 'missing', 'contains', 'true', 'false', 'now', 'today']);
const SYNONYMS: Readonly<Record<string, string>> = { '==': '=', '<>': '!=' };

const QUOTED = `(?<text>"(?:[^"]|"")*"|'(?:[^']|'')*')`;
const DATE = String.raw`(?<date>(?:\d{4}(?<dash>[-/.])\d{1,2}\k<dash>\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?)(?![\p{L}\p{N}])`;
const NUMBER = String.raw`(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(?![\p{L}\p{N}_])`;
const NAME =
  '(?:(?<side>item|user)\\.)?(?:`(?<ticked>[^`]+)`|\\[(?<boxed>[^\\]]+)\\]|(?<name>[\\p{L}\\p{N}_$][\\p{L}\\p{M}\\p{N}_$.]*))';
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

/** Cuts an expression into tokens; the last one is `end`. @throws Failure 2 if it is too long, or a quote is not closed. */
export function tokensOf(expression: ExpressionText): Token[] {
  const { text, option } = expression;
  if (text.length > MAX_LENGTH)
    throw misuse(`${option}: the expression has ${text.length} characters; ${MAX_LENGTH} are the most`);
  const tokens: Token[] = [];
  for (let at = afterSpace(text, 0); at < text.length; at = afterSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups ?? {};
    tokens.push({ ...tokenOf(groups, expression, at), at });
  }
  return [...tokens, { type: 'end', text: '', at: text.trimEnd().length }];
}

function tokenOf(groups: Record<string, string | undefined>, source: ExpressionText, at: number): Omit<Token, 'at'> {
  const { text, side, ticked, boxed, name, sign = '' } = groups;
  if (text !== undefined) {
    const quote = text.charAt(0);
    return { type: 'text', text: text.slice(1, -1).replaceAll(quote + quote, quote) };
  }
  for (const type of ['date', 'duration', 'number'] as const)
    if (groups[type] !== undefined) return { type, text: groups[type] };
  const inside = ticked ?? boxed ?? name;
  if (inside !== undefined) {
    const word = inside.toLowerCase();
    if (inside === name && side === undefined && KEYWORDS.has(word)) return { type: 'sign', text: word };
    const prefix = side === undefined ? {} : { side: side.toLowerCase() as 'item' | 'user' };
    return { type: 'name', text: inside, ...prefix };
  }
  if (['"', "'", '`', '['].includes(sign)) {
    throw expressionFailure(source, at, `the ${sign === '[' ? 'bracket' : 'quote'} ${sign} is not closed`);
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
 * The failure for a wrong expression: the message, the expression, and a mark under the wrong character.
 * @param at index in the text, from 0. @param more lines that go below.
 */
export function expressionFailure({ text, option }: ExpressionText, at: number, message: string, more = ''): Failure {
  // Control characters would be escaped in the message and move the mark: replace each by one space.
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
