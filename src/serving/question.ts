/** What is asked of a child, and what it replies. What comes from outside was checked by the parent. */
export type Question =
  /** Makes the child open its model. */
  | { ask: 'ready' }
  | ({ ask: 'recommend'; users: Asker[]; isOne: boolean } & Wanted)
  | { ask: 'similar'; item: string; n: number }
  | { ask: 'items'; search: string; n: number }
  | { ask: 'user'; user: string; n: number };

/** What lists are to hold. */
export interface Wanted {
  n: number;
  titles: boolean;
  reasons: boolean;
  /** Expressions beside those that the server was started with. */
  where: string[];
}

/** Somebody who wants a list, and what is said of them beside what the model knows; lists as cells of profiles, or by entry. */
export interface Asker {
  user?: string;
  history: string | string[];
  preferences: string | string[];
  exclude: string | string[];
  /** Cells of profiles by the names of their columns. */
  attributes: Record<string, string>;
}

/** True if nothing is said of a user except, perhaps, their id. */
export function isNamedAlone({ history, preferences, attributes }: Asker): boolean {
  return [history, preferences, ...Object.values(attributes)].every(({ length }) => length === 0);
}

/** JSON, or why there is none. */
export type Reply = { body: string } | { status: 400 | 404; detail: string };

/** The most of everything that one request may ask for. */
export const MOST = { n: 1000, users: 100, entries: 1000, text: 1000, expressions: 20, bodyBytes: 1 << 20 } as const;

/** True for what takes a child about a millisecond: lists of one user that are not long. */
export function costsLittle(question: Question): boolean {
  return question.ask === 'recommend' && question.isOne && question.n <= 100 && question.where.length === 0;
}
