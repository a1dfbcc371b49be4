import { secondsOf } from '../events/clock.js';
import type { Failure } from '../failure.js';
import { refusal, type Token, type Typed, tokensOf } from './tokens.js';

/*
 * The language of `--where`, after this grammar (docs/help/rules.md has it for users):
 *
 *     any        = all ("or" all)*
 *     all        = one ("and" one)*
 *     one        = "not" one | "(" any ")" | value test
 *     test       = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
 *                | ["not"] "in" (column | "(" literal ("," literal)* ")")
 *                | ["not"] "contains" text | "is" ["not"] "missing"
 *     value      = column | literal
 *     literal    = number | text | date | "true" | "false" | ("now" | "today") [("+" | "-") duration]
 *
 * It is written by hand since filtrex makes code of expressions, and jsep and CEL read 2020-01-01 as a subtraction and know no missing values.
 */

/** A column that an expression names. */
export interface Reference {
  /** Undefined: the items', or the users' where the items have no such column. */
  of: 'item' | 'user' | undefined;
  name: string;
  /** Where it stands in the expression, from 0. */
  at: number;
}

export interface Literal {
  type: 'number' | 'text' | 'date' | 'truth';
  /** A number, 1 or 0 for true or false, seconds since 1970, or seconds since `from`; NaN for a text. */
  value: number;
  from?: 'now' | 'today';
  text: string;
  at: number;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** One of several literals is enough: `country in ("DE", "FR")`. */
export type Operand = Reference | Literal[];

export type Condition =
  | { type: 'all' | 'any'; parts: Condition[] }
  | { type: 'not'; part: Condition }
  | { type: 'missing'; column: Reference }
  | { type: 'contains'; column: Reference; text: string }
  | { type: 'compare'; op: Comparison; left: Operand; right: Operand }
  /** The left is one of the values of a column of lists. */
  | { type: 'in'; left: Operand; right: Reference };

export interface Expression extends Typed {
  columns: readonly Reference[];
  /** Whether it holds at one time and not at another. */
  usesNow: boolean;
  root: Condition;
}

/**
 * Reads an expression; what its columns are is not known yet (`bindExpression`).
 * @param option as messages name it. @throws Failure 2 with a mark under the character that is not understood.
 */
export function parseExpression(text: string, option: string): Expression {
  const parser = new Parser({ text, option });
  const root = parser.whole();
  return { text, option, root, columns: parser.columns, usesNow: parser.usesNow };
}

/** A recursion can follow; nobody needs it. */
const MOST_DEPTH = 100;
const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);
const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 7 * 86_400 };

class Parser {
  readonly columns: Reference[] = [];
  usesNow = false;
  readonly #typed: Typed;
  readonly #tokens: Token[];
  #next = 0;

  constructor(typed: Typed) {
    this.#typed = typed;
    this.#tokens = tokensOf(typed);
  }

  whole(): Condition {
    const root = this.#any(0);
    if (this.#token.type !== 'end') throw this.#expected('"and", "or" or the end');
    return root;
  }

  #any(depth: number): Condition {
    return this.#parts('any', 'or', () => this.#parts('all', 'and', () => this.#one(depth)));
  }

  #parts(type: 'all' | 'any', word: string, part: () => Condition): Condition {
    const parts = [part()];
    while (this.#take(word)) parts.push(part());
    return parts.length === 1 && parts[0] ? parts[0] : { type, parts };
  }

  #one(depth: number): Condition {
    if (depth > MOST_DEPTH) throw this.#refused(`the expression is nested more than ${MOST_DEPTH} deep`);
    if (this.#take('not')) return { type: 'not', part: this.#one(depth + 1) };
    if (!this.#take('(')) return this.#test();
    const inside = this.#any(depth + 1);
    if (!this.#take(')')) throw this.#expected('"and", "or" or ")"');
    return inside;
  }

  #test(): Condition {
    const { at } = this.#token;
    const left = this.#value();
    const isNot = this.#take('not') !== undefined;
    const tested = this.#list(left, at) ?? this.#contains(left, at) ?? (isNot ? undefined : this.#plainTest(left, at));
    if (!tested) throw this.#expected(isNot ? '"in" or "contains"' : 'a comparison, like = or <=,');
    return isNot ? { type: 'not', part: tested } : tested;
  }

  #plainTest(left: Operand, at: number): Condition | undefined {
    if (this.#take('is')) {
      const isNot = this.#take('not') !== undefined;
      if (!this.#take('missing')) throw this.#expected(isNot ? '"missing"' : '"missing" or "not missing"');
      const missing: Condition = { type: 'missing', column: this.#column(left, at) };
      return isNot ? { type: 'not', part: missing } : missing;
    }
    if (this.#token.type !== 'sign' || !COMPARISONS.has(this.#token.text)) return undefined;
    const op = this.#advance().text as Comparison;
    const right = this.#value();
    if (!isReference(right)) this.#column(left, at);
    return { type: 'compare', op, left, right };
  }

  #list(left: Operand, at: number): Condition | undefined {
    if (!this.#take('in')) return undefined;
    if (!this.#take('(')) {
      const list = this.#token;
      return { type: 'in', left, right: this.#column(this.#value('a column or a list like ("DE", "FR")'), list.at) };
    }
    const literals: Literal[] = [];
    do literals.push(this.#literal());
    while (this.#take(','));
    if (!this.#take(')')) throw this.#expected('"," or ")"');
    return { type: 'compare', op: '=', left: this.#column(left, at), right: literals };
  }

  #contains(left: Operand, at: number): Condition | undefined {
    if (!this.#take('contains')) return undefined;
    const { type, text } = this.#token;
    if (type !== 'text' && type !== 'number') throw this.#expected('a text in quotes');
    this.#advance();
    return { type: 'contains', column: this.#column(left, at), text };
  }

  #value(what = 'a value'): Operand {
    if (this.#token.type !== 'name') return [this.#literal(what)];
    const { text: name, of, at } = this.#advance();
    const reference = { of, name, at };
    this.columns.push(reference);
    return reference;
  }

  #literal(what = 'a value'): Literal {
    const token = this.#token;
    const { type, text, at } = token;
    if (type === 'text') return { ...this.#advance(), type, value: Number.NaN };
    if (type === 'number') return { ...this.#advance(), type, value: Number(text) };
    if (type === 'date') return { ...this.#advance(), type, value: this.#seconds(text) };
    if (this.#take('true') || this.#take('false')) return { type: 'truth', value: Number(text === 'true'), text, at };
    const from = this.#take('now') ?? this.#take('today');
    if (!from) throw this.#expected(what);
    this.usesNow = true;
    return { type: 'date', value: this.#duration(), from: from as 'now' | 'today', text, at };
  }

  #duration(): number {
    if (this.#token.type !== 'duration') {
      if (/^[+-]/.test(this.#token.text)) throw this.#expected('a time like 12h, 30d or 2w');
      return 0;
    }
    const [, sign, count, unit = ''] = /^([+-])\s*([\d.]+)(.)$/.exec(this.#advance().text) ?? [];
    return Number(`${sign}${count}`) * (SECONDS[unit.toLowerCase()] ?? 0);
  }

  #seconds(text: string): number {
    if (!/^\d{4}/.test(text)) throw this.#refused(`${text} is not clear; write the year first, like 2020-12-31`, -1);
    const seconds = secondsOf(text) ?? Number.NaN;
    if (Number.isNaN(seconds)) throw this.#refused(`there is no day or time ${text}`, -1);
    return seconds;
  }

  /** @throws Failure 2 where it is a literal. */
  #column(operand: Operand, at: number): Reference {
    if (isReference(operand)) return operand;
    const [literal] = operand;
    const hint = literal?.type === 'text' ? `; the name of a column goes without quotes, or in brackets` : '';
    throw refusal(this.#typed, at, `expected a column${hint}`);
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #advance(): Token {
    const token = this.#token;
    this.#next = Math.min(this.#next + 1, this.#tokens.length - 1);
    return token;
  }

  /** Takes a keyword or sign, if it is next. */
  #take(sign: string): string | undefined {
    return this.#token.type === 'sign' && this.#token.text === sign ? this.#advance().text : undefined;
  }

  #expected(what: string): Failure {
    const before = this.#tokens[this.#next - 1];
    const shown = before && this.#typed.text.slice(before.at, this.#token.at).trim();
    return this.#refused(`expected ${what}${shown === undefined ? '' : ` after ${quoted(shown)}`}`);
  }

  /** @param back which token it is about: 0 the next one, -1 the one before. */
  #refused(message: string, back = 0): Failure {
    return refusal(this.#typed, this.#tokens[this.#next + back]?.at ?? 0, message);
  }
}

function quoted(text: string): string {
  const cut = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return /^["']/.test(cut) ? cut : `"${cut}"`;
}

export function isReference(operand: Operand): operand is Reference {
  return !Array.isArray(operand);
}
