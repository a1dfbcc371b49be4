import { secondsOf } from '../events/clock.js';
import type { Failure } from '../failure.js';
import { type ExpressionText, expressionFailure, type Token, tokensOf } from './tokens.js';

/*
 * The language of `--where` has this grammar (docs/help/rules.md explains it to users):
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
 * The parser is written by hand, since filtrex compiles expressions to code, and jsep and CEL read 2020-01-01 as a subtraction and have
 * no missing values.
 */

/** A column that an expression names. */
export interface Reference {
  /** Undefined: the items' column, or the users' if the items have none of that name. */
  side: 'item' | 'user' | undefined;
  name: string;
  /** Where it stands in the expression, from 0. */
  at: number;
}

export interface Literal {
  type: 'number' | 'text' | 'date' | 'truth';
  /** A number, 1 or 0 for true or false, seconds since 1970 or since `from`; NaN for a text. */
  value: number;
  from?: 'now' | 'today';
  text: string;
  at: number;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A column or literals. One of several literals has to match: `country in ("DE", "FR")`. */
export type Operand = Reference | Literal[];

export type Condition =
  | { type: 'all' | 'any'; parts: Condition[] }
  | { type: 'not'; part: Condition }
  | { type: 'missing'; column: Reference }
  | { type: 'contains'; column: Reference; text: string }
  | { type: 'compare'; op: Comparison; left: Operand; right: Operand }
  /** The left value is one of the values in a column of lists. */
  | { type: 'in'; left: Operand; right: Reference };

export interface Expression extends ExpressionText {
  /** Whether its result depends on the current time. */
  usesNow: boolean;
  root: Condition;
}

/** More than anybody needs, but shallow enough for a recursion. */
const MAX_DEPTH = 100;
const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);
const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 7 * 86_400 };

/**
 * Parses an expression; `bindExpression` looks up its columns.
 * @param option the option's name for messages. @throws Failure 2 with a mark under the wrong character.
 */
export function parseExpression(text: string, option: string): Expression {
  const tokens = tokensOf({ text, option });
  let usesNow = false;
  let at = 0;

  const next = () => tokens[at] as Token;
  const advance = (): Token => {
    const token = next();
    at = Math.min(at + 1, tokens.length - 1);
    return token;
  };
  const failureAt = (place: number, message: string): Failure => expressionFailure({ text, option }, place, message);
  /** Takes a keyword or sign if it is next. */
  const take = (sign: string): string | undefined =>
    next().type === 'sign' && next().text === sign ? advance().text : undefined;
  /** @param offset of the wrong token: 0 for the next one, -1 for the one before. */
  const refused = (message: string, offset = 0): Failure => failureAt(tokens[at + offset]?.at ?? 0, message);
  const expected = (what: string): Failure => {
    const before = tokens[at - 1];
    const shown = before && text.slice(before.at, next().at).trim();
    return refused(`expected ${what}${shown === undefined ? '' : ` after ${quoted(shown)}`}`);
  };
  /** @throws Failure 2 if it is a literal. */
  const columnOf = (operand: Operand, place: number): Reference => {
    if (isReference(operand)) return operand;
    const [literal] = operand;
    const hint = literal?.type === 'text' ? `; the name of a column goes without quotes, or in brackets` : '';
    throw failureAt(place, `expected a column${hint}`);
  };

  const seconds = (day: string): number => {
    if (!/^\d{4}/.test(day)) throw refused(`${day} is not clear; write the year first, like 2020-12-31`, -1);
    const since = secondsOf(day) ?? Number.NaN;
    if (Number.isNaN(since)) throw refused(`there is no day or time ${day}`, -1);
    return since;
  };
  const duration = (): number => {
    if (next().type !== 'duration') {
      if (/^[+-]/.test(next().text)) throw expected('a time like 12h, 30d or 2w');
      return 0;
    }
    const [, sign, count, unit = ''] = /^([+-])\s*([\d.]+)(.)$/.exec(advance().text) ?? [];
    return Number(`${sign}${count}`) * (SECONDS[unit.toLowerCase()] ?? 0);
  };
  const literal = (what = 'a value'): Literal => {
    const token = next();
    if (token.type === 'text') return { ...advance(), type: 'text', value: Number.NaN };
    if (token.type === 'number') return { ...advance(), type: 'number', value: Number(token.text) };
    if (token.type === 'date') return { ...advance(), type: 'date', value: seconds(token.text) };
    const place = { text: token.text, at: token.at };
    if (take('true') || take('false')) return { type: 'truth', value: Number(token.text === 'true'), ...place };
    const from = take('now') ?? take('today');
    if (!from) throw expected(what);
    usesNow = true;
    return { type: 'date', value: duration(), from: from as 'now' | 'today', ...place };
  };
  const value = (what = 'a value'): Operand => {
    if (next().type !== 'name') return [literal(what)];
    const { text: name, side, at: place } = advance();
    return { side, name, at: place };
  };

  const list = (left: Operand, place: number): Condition | undefined => {
    if (!take('in')) return undefined;
    if (!take('(')) {
      const { at: listAt } = next();
      return { type: 'in', left, right: columnOf(value('a column or a list like ("DE", "FR")'), listAt) };
    }
    const literals: Literal[] = [];
    do literals.push(literal());
    while (take(','));
    if (!take(')')) throw expected('"," or ")"');
    return { type: 'compare', op: '=', left: columnOf(left, place), right: literals };
  };
  const contains = (left: Operand, place: number): Condition | undefined => {
    if (!take('contains')) return undefined;
    const { type, text: part } = next();
    if (type !== 'text' && type !== 'number') throw expected('a text in quotes');
    advance();
    return { type: 'contains', column: columnOf(left, place), text: part };
  };
  const plainTest = (left: Operand, place: number): Condition | undefined => {
    if (take('is')) {
      const isNot = take('not') !== undefined;
      if (!take('missing')) throw expected(isNot ? '"missing"' : '"missing" or "not missing"');
      const missing: Condition = { type: 'missing', column: columnOf(left, place) };
      return isNot ? { type: 'not', part: missing } : missing;
    }
    if (next().type !== 'sign' || !COMPARISONS.has(next().text)) return undefined;
    const op = advance().text as Comparison;
    const right = value();
    if (!isReference(right)) columnOf(left, place);
    return { type: 'compare', op, left, right };
  };
  const test = (): Condition => {
    const { at: place } = next();
    const left = value();
    const isNot = take('not') !== undefined;
    const tested = list(left, place) ?? contains(left, place) ?? (isNot ? undefined : plainTest(left, place));
    if (!tested) throw expected(isNot ? '"in" or "contains"' : 'a comparison, like = or <=,');
    return isNot ? { type: 'not', part: tested } : tested;
  };

  const parts = (type: 'all' | 'any', word: string, part: () => Condition): Condition => {
    const all = [part()];
    while (take(word)) all.push(part());
    return all.length === 1 && all[0] ? all[0] : { type, parts: all };
  };
  const any = (depth: number): Condition => parts('any', 'or', () => parts('all', 'and', () => one(depth)));
  const one = (depth: number): Condition => {
    if (depth > MAX_DEPTH) throw refused(`the expression is nested more than ${MAX_DEPTH} deep`);
    if (take('not')) return { type: 'not', part: one(depth + 1) };
    if (!take('(')) return test();
    const inside = any(depth + 1);
    if (!take(')')) throw expected('"and", "or" or ")"');
    return inside;
  };

  const root = any(0);
  if (next().type !== 'end') throw expected('"and", "or" or the end');
  return { text, option, root, usesNow };
}

function quoted(text: string): string {
  const cut = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return /^["']/.test(cut) ? cut : `"${cut}"`;
}

export function isReference(operand: Operand): operand is Reference {
  return !Array.isArray(operand);
}
