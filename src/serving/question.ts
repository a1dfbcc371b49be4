/** A question to a child. The parent has checked everything that comes from clients. */
export type Question =
  /** Makes the child open its model. */
  | { ask: 'ready' }
  | ({ ask: 'recommend'; users: Asker[]; isOne: boolean } & Wanted)
  | { ask: 'similar'; item: string; n: number }
  | { ask: 'items'; search: string; n: number }
  | { ask: 'user'; user: string; n: number };

/** What lists should contain. */
export interface Wanted {
  n: number;
  titles: boolean;
  reasons: boolean;
  /** Expressions in addition to those that the server was started with. */
  where: string[];
}

/** A user who wants a list, and what the request says about them beside what the model knows; lists are cells of profiles, or entries. */
export interface Asker {
  user?: string;
  history: string | string[];
  preferences: string | string[];
  exclude: string | string[];
  /** Cells of profiles by the names of their columns. */
  attributes: Record<string, string>;
}

/** True if the request says nothing about a user except, perhaps, their id. */
export function hasOnlyId({ history, preferences, attributes }: Asker): boolean {
  return [history, preferences, ...Object.values(attributes)].every(({ length }) => length === 0);
}

/** JSON, or why there is none. */
export type Reply = { body: string } | { status: 400 | 404; detail: string };

/** Limits on what one request may ask for. */
export const MOST = { n: 1000, users: 100, entries: 1000, text: 1000, expressions: 20, bodyBytes: 1 << 20 } as const;

/** True for questions that take a child about a millisecond: short lists of one user. */
export function costsLittle(question: Question): boolean {
  return question.ask === 'recommend' && question.isOne && question.n <= 100 && question.where.length === 0;
}
