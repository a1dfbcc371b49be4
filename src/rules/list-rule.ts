import type { Rule } from '../conditions/rule.js';
import type { Failure } from '../failure.js';
import type { RowLookup } from '../matrix/stacked-rows.js';
import type { Draft, DraftRule } from './draft.js';

/**
 * A list rule as a value: its option, how that becomes numbers, and how the rule acts on lists. `rules.ts` lists all rules; no other code
 * knows one by name.
 *
 *     typed ── parse ─► Value ── read ─► Read ── plan ─► Plan ─ ─ ─ ─► act ─► ActiveRule
 *              the command line   before the data  after it     in a child
 */
export interface ListRule<Value = unknown, Read = Value, Plan = Read> {
  /** The flags of the option, as commander takes them. */
  flags: string;
  /** One line of the help. */
  description: string;
  /** @param before the value so far of an option that may be repeated. @throws RangeError that says what was expected. */
  parse(text: string, before: Value | undefined): Value;
  /** Reads or checks what the option names; without it, `plan` gets the value as it is. @throws Failure for what cannot be read. */
  read?(value: Value, table: ReadTable): Promise<Read>;
  /** Whether it needs the columns of the catalogue and of the profiles. */
  usesColumns?: boolean;
  /** Whether it needs the rows of items, which some algorithms do not learn. */
  usesItemRows?: boolean;
  /**
   * Turns it into numbers and typed arrays, users and items by their index; without it, `act` gets what was read. @throws Failure where it
   * does not fit the data.
   */
  plan?(read: Read, known: Known): Plan;
  act(plan: Plan, facts: Facts): ActiveRule | ActiveRule[];
}

/**
 * Reads a file that an option names, before the data is read, so that a mistake costs a second. @param wanted columns it must have, by our
 * names for them: a role, or their possible names. @param mayHave the same for optional columns.
 * @throws Failure that names the file and what is missing or odd.
 */
export type ReadTable = (option: string, path: string, wanted: Wanted, mayHave?: Wanted) => Promise<RuleRow[]>;

export type Wanted = Readonly<Record<string, 'item' | 'user' | 'title' | readonly string[]>>;

/** A row of a rule's file. */
export interface RuleRow {
  /** A cell as a number. @throws Failure that names the place and shows the cell where it is none. */
  number(column: string): number;
  /** A failure at this row. */
  refused(why: string): Failure;
  /** "pins.csv:3", for messages. */
  place: string;
  /** Cells by our name for the column; '' where the file has none. */
  cells: Readonly<Record<string, string>>;
  /** The cells of all other columns that are not blank, by the names of the columns. */
  others: ReadonlyMap<string, string>;
}

/** Facts about the data that rules plan with. */
export interface Known {
  /** The length of the longest list that is made. */
  listLength: number;
  /** Users below this index may be served. */
  served: number;
  /** The indices of those ids that are items of the catalogue. */
  itemsOf(ids: Iterable<string>): ReadonlyMap<string, number>;
  /** True for an item of the catalogue that can be sold now, and that no filter of items leaves out. */
  isOffered(item: number): boolean;
  /** The indices of those ids that are users who may be served. */
  usersOf(ids: Iterable<string>): ReadonlyMap<string, number>;
  /**
   * By item or user: the values of their cell in a column, in lower case, each once; none where it is empty or a placeholder.
   * @throws Failure 2 where there is no such column; it names the nearest.
   */
  values(of: 'item' | 'user', column: string, option: string): readonly (readonly string[])[];
  /** Binds an expression to its columns. @throws Failure 2 where one does not exist. */
  bound(expression: string, option: string): Rule;
  /** A number for each id that does not depend on the order of the files. */
  itemKeys(): Uint32Array;
  userKeys(): Uint32Array;
  /** The seed of everything random. */
  seed: number;
  warn(message: string): void;
}

/** Facts that a child has besides the plan. */
export interface Facts {
  items: number;
  /** By item: the users who liked it. */
  popularity: Float64Array;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** Rows of the model; the row of an item has the weights of those that go with it. */
  rows: RowLookup;
}

/** What a rule does to each list, in the order of the steps, all of which are optional. Users are indices of the data. */
export interface ActiveRule extends DraftRule {
  /** Changes what may be recommended, and the factors of scores, as earlier rules left them. */
  offer?: {
    /** Users with the same key get the same offer; without it, all users do. */
    keyOf?(user: number): string;
    change(user: number, offered: Uint8Array, factor: Float64Array): void;
  };
  /** How many candidates it needs at first, in lengths of the list. */
  poolFactor?: number;
  /** Items with a lower score do not enter. */
  minScore?: number;
  begin?(draft: Draft): void;
  /** Puts items at ranks of its own. */
  place?(draft: Draft): void;
  /** True if it knows that it allows no further item. */
  isFull?(): boolean;
  /** Chooses among the first candidates, `poolFactor` times the length of the list; later ones follow by score. For one rule only. */
  choice?: Choice;
}

/** How a rule chooses the next item. */
export interface Choice {
  begin(items: Uint32Array, scores: Float64Array): void;
  /** How useful the candidate would be next. If that is at most `least`, any number up to `least` may be returned. */
  utility(at: number, least: number): number;
  /** The most that the utility of this and of any later candidate could be. */
  utilityBound(at: number): number;
}
