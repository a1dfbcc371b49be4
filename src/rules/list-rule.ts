import type { BoundExpression } from '../conditions/bound-expression.js';
import type { Rule } from '../conditions/rule.js';
import type { Failure } from '../failure.js';
import type { RowLookup } from '../matrix/stacked-rows.js';
import type { Draft, Membership } from './draft.js';

/**
 * A rule of lists as a value: its option, how it becomes numbers, and how it acts on them. `rules.ts` lists them all; nobody else knows
 * one by name.
 *
 *     typed ── parse ─► Value ── read ─► Read ── plan ─► Plan ─ ─ ─ ─► act ─► Acting
 *              the command line   before the data  behind it    in a child
 */
export interface ListRule<Value = unknown, Read = Value, Plan = unknown> {
  /** Of the option, as commander has them. */
  flags: string;
  /** One line of the help. */
  description: string;
  /** @param before what the option said before, where it may be repeated. @throws RangeError that says what was expected. */
  parse(text: string, before: Value | undefined): Value;
  /** Reads what the option names; without it, its value is all. @throws Failure for what cannot be read. */
  read?(value: Value, reading: Reading): Promise<Read>;
  /** Whether it needs the columns of the catalogue and of the profiles. */
  usesColumns?: boolean;
  /** Whether it goes by which items go together, which some algorithms do not learn. */
  usesItemRows?: boolean;
  /** Turns it into numbers and typed arrays, users and items by their index. @throws Failure where it does not fit the data. */
  plan(read: Read, known: Known): Plan;
  act(plan: Plan, facts: Facts): Acting | Acting[];
}

/** Reads what options name, before the data is read: a mistake costs a second. */
export interface Reading {
  /**
   * Reads a file. @param wanted columns it must have, by our names: a role, or their possible names.
   * @param mayHave the same of columns that it may have. @throws Failure that names the file and what is missing or odd.
   */
  table(option: string, path: string, wanted: Wanted, mayHave?: Wanted): Promise<RuleRow[]>;

  /** @throws Failure 2, with a mark under the character, for an expression that is none. */
  checkExpression(text: string, option: string): void;
}

export type Wanted = Readonly<Record<string, 'item' | 'user' | 'title' | readonly string[]>>;

/** A row of a rule's file. */
export interface RuleRow {
  /** A cell as a number. @throws Failure where it is none, which names the place and shows the cell. */
  number(column: string): number;
  /** The failure of this row. */
  refused(why: string): Failure;
  /** "pins.csv:3", for messages. */
  place: string;
  /** By our name of the column; '' where the file has none. */
  cells: Readonly<Record<string, string>>;
  /** The cells of all other columns that say something, by their names. */
  others: ReadonlyMap<string, string>;
}

/** What was read, as far as rules plan by it. */
export interface Known {
  /** Of the longest list that is made. */
  listLength: number;
  items: number;
  /** The users who may be served are those below. */
  served: number;
  /** Indices of those of the ids that are known and, of items, in the catalogue. */
  itemsOf(ids: Iterable<string>): ReadonlyMap<string, number>;
  /** True for an item of the catalogue that can be sold now, and that no filter of items leaves out. */
  isOffered(item: number): boolean;
  usersOf(ids: Iterable<string>): ReadonlyMap<string, number>;
  /**
   * The values of a column in each of its cells, by index: without case, each once, none where the cell is empty or says nothing.
   * @throws Failure 2 where there is no such column; it names the nearest.
   */
  values(of: 'item' | 'user', column: string, option: string): readonly (readonly string[])[];
  /** An expression that knows its columns. @throws Failure 2 where there are none such. */
  bound(expression: string, option: string): Rule;
  /** A number for each id that does not depend on the order of the files. */
  itemKeys(): Uint32Array;
  userKeys(): Uint32Array;
  /** Of everything that is random. */
  seed: number;
  warn(message: string): void;
}

/** What a child knows, beside the plan. */
export interface Facts {
  items: number;
  /** By item: the users who liked it. */
  popularity: Float64Array;
  /** By item: 1 where anybody may get it. */
  offered: Uint8Array;
  /** Rows of the model; that of an item says what goes with it. */
  rows: RowLookup;
  expression(rule: Rule): Pick<BoundExpression, 'matches' | 'userKey'>;
}

/** What a rule does to each list, in the order in which it is asked; what it leaves out it does not do. Users are indices of the data. */
export interface Acting extends Membership {
  /** Changes what may be recommended, and what scores are multiplied with, from what rules before it made of that. */
  offer?: {
    /** Users of the same key get the same. */
    keyOf(user: number): string;
    change(user: number, offered: Uint8Array, factor: Float64Array): void;
  };
  /** Looks at so many times the length of a list to begin with. */
  reach?: number;
  /** The least score by which an item enters. */
  least?: number;
  begin?(draft: Draft): void;
  /** Puts items at ranks of its own. */
  place?(draft: Draft): void;
  /** True where it can tell that no item is allowed any more. */
  isFull?(): boolean;
  /** Chooses among the first `reach` times the length of the list; what is behind them follows by score. One rule alone. */
  choice?: {
    begin(items: Uint32Array, scores: Float64Array): void;
    /** How gladly it would take the candidate next; where that is no more than `least`, anything up to `least` will do. */
    worth(at: number, least: number): number;
    /** The most that it, or any candidate behind it, could be worth. */
    mostWorth(at: number): number;
  };
}
