import { lastAtMost } from '../matrix/search.js';
import type { Comparison } from './expression.js';
import type { Texts } from './typed-column.js';

/*
 * Truth has three values, so that neither a comparison with a missing value nor its negation is true: `and` is the minimum of its parts,
 * `or` the maximum, `not x` is TRUE - x (Kleene's logic, as in SQL).
 */
export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

export type Side = 'item' | 'user';
export type Relation = Comparison | 'in';
/** Numbers by index, NaN if missing, or texts by index. */
export type Cells = Float64Array | Texts;

/** An expression together with the cells of its columns. */
export type Rule =
  | { type: 'all' | 'any'; parts: Rule[] }
  | { type: 'not'; part: Rule }
  /** Depends on one side only: its truth by index. */
  | { type: 'known'; side: Side; truth: Uint8Array }
  /** Depends on the cells of the current row. */
  | { type: 'row'; truth: () => number }
  /** Compares the cell of an item with that of a user. `side`: that of the left cells. */
  | { type: 'pair'; op: Relation; side: Side; left: Cells; right: Cells };

/** The truth of a rule for an item and a user, both by index. */
export function truthOf(rule: Rule, item: number, user: number): number {
  switch (rule.type) {
    case 'known':
      return rule.truth[rule.side === 'item' ? item : user] ?? UNKNOWN;
    case 'row':
      return rule.truth();
    case 'not':
      return TRUE - truthOf(rule.part, item, user);
    case 'pair': {
      const [left, right] = rule.side === 'item' ? [item, user] : [user, item];
      return holds(rule.op, rule.left, left, rule.right, right);
    }
    default: {
      let truth = rule.type === 'all' ? TRUE : FALSE;
      for (const part of rule.parts) truth = combined(rule.type, truth, truthOf(part, item, user));
      return truth;
    }
  }
}

/** Combines parts that depend on one side only into one `known` rule per side. @param parts at least one; their rules may be changed. */
export function simplified<T>(type: 'all' | 'any', parts: readonly T[], ruleOf: (part: T) => Rule): Rule {
  const rest: Rule[] = [];
  const known: Partial<Record<Side, Uint8Array>> = {};
  for (const part of parts) {
    const rule = ruleOf(part);
    if (rule.type !== 'known') {
      rest.push(rule);
      continue;
    }
    const truth = known[rule.side] ?? rule.truth;
    for (let at = 0; at < truth.length; at++) truth[at] = combined(type, truth[at]!, rule.truth[at]!);
    known[rule.side] = truth;
  }
  for (const side of ['user', 'item'] as const) {
    const truth = known[side];
    if (truth) rest.unshift({ type: 'known', side, truth });
  }
  return rest.length === 1 && rest[0] ? rest[0] : { type, parts: rest };
}

export function opposite(part: Rule): Rule {
  return part.type === 'known' ? { ...part, truth: part.truth.map((truth) => TRUE - truth) } : { type: 'not', part };
}

function combined(type: 'all' | 'any', one: number, other: number): number {
  return (type === 'all') === one < other ? one : other;
}

/** The truth of a comparison of two cells, by their indices. Both are of the same type; `in` compares texts only. */
export function holds(op: Relation, left: Cells, l: number, right: Cells, r: number): number {
  if (left instanceof Float64Array || right instanceof Float64Array) {
    const [one, other] = [(left as Float64Array)[l]!, (right as Float64Array)[r]!];
    return Number.isNaN(one) || Number.isNaN(other) ? UNKNOWN : compareNumbers(op, one, other) ? TRUE : FALSE;
  }
  const [from, to, start, end] = [left.offsets[l]!, left.offsets[l + 1]!, right.offsets[r]!, right.offsets[r + 1]!];
  // Nothing is in a missing list.
  if (start === end && op === 'in') return FALSE;
  if (from === to || start === end) return UNKNOWN;
  const isLeftShorter = to - from < end - start;
  const isShared = isLeftShorter
    ? overlap(left.values, from, to, right.values, start, end)
    : overlap(right.values, start, end, left.values, from, to);
  return isShared === (op !== '!=') ? TRUE : FALSE;
}

/** True if one of the first values is among the others. @param many ascending, at least one. */
function overlap(few: Uint32Array, from: number, to: number, many: Uint32Array, start: number, end: number): boolean {
  for (let at = from; at < to; at++) {
    if (many[lastAtMost(many, few[at]!, start, end - 1)] === few[at]) return true;
  }
  return false;
}

function compareNumbers(op: Relation, one: number, other: number): boolean {
  switch (op) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
    default:
      return (one === other) === (op !== '!=');
  }
}

/**
 * An expression with its columns: tells if it holds for an item, or for an item and a user.
 * @param rule plain data, which may be sent to another process.
 * @param unreadable sentences about cells that cannot be read and count as missing.
 */
export function boundExpression(rule: Rule, unreadable: readonly string[] = []) {
  const facets = facetsOf(rule);
  return {
    rule,
    unreadable,
    usesUser: facets.length > 0,
    /** By index. If the expression uses no column of users, `user` may be anything. */
    matches: (item: number, user: number) => truthOf(rule, item, user) === TRUE,
    /** For users with the same key, the expression holds for the same items. */
    userKey: (user: number) => facets.map((facet) => facet(user)).join('|'),
  };
}
export type BoundExpression = ReturnType<typeof boundExpression>;

/** Functions of a user that together determine the result of a rule. */
function facetsOf(rule: Rule): ((user: number) => number | string)[] {
  if (rule.type === 'not') return facetsOf(rule.part);
  if (rule.type === 'all' || rule.type === 'any') return rule.parts.flatMap(facetsOf);
  if (rule.type === 'known' && rule.side === 'user') return [(user) => rule.truth[user] ?? UNKNOWN];
  if (rule.type !== 'pair') return [];
  const cells = rule.side === 'user' ? rule.left : rule.right;
  if (cells instanceof Float64Array) return [(user) => cells[user] ?? Number.NaN];
  return [(user) => cells.values.subarray(cells.offsets[user], cells.offsets[user + 1]).join()];
}

/** By item, 1 if the expression holds for it and the user. @param items how many there are. */
export function maskOf(bound: BoundExpression, items: number, user: number): Uint8Array {
  const mask = new Uint8Array(items);
  for (let item = 0; item < items; item++) if (bound.matches(item, user)) mask[item] = 1;
  return mask;
}
