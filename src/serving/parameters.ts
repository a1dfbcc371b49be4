import { didYouMean } from '../understanding/closest.js';
import { Problem } from './problem.js';
import { type Asker, MOST, type Question } from './question.js';

/** The parsers of query parameters, by name. */
const QUERY = {
  ...{ n: count, titles: flag, reasons: flag },
  ...{ history: cell, preferences: cell, exclude: cell },
  ...{ user: textual, where: textual, search: textual },
};
type Name = keyof typeof QUERY;
/** Defaults of `n`: the length of a list, and how many items a search finds. */
const DEFAULT_LENGTH = 10;
const DEFAULT_FOUND = 20;

/** Parses the query parameters of a request. @throws Problem 400 for an unknown one, or one that makes no sense. */
function queryOf<N extends Name>(search: string, names: readonly N[]) {
  const query = new URLSearchParams(search);
  const read: { [K in N]?: ReturnType<(typeof QUERY)[K]> } = {};
  const where: string[] = [];
  for (const [name, text] of query) {
    const known = names.find((each) => each === name);
    if (!known) throw new Problem(400, unknownName(name, names, 'parameter'));
    if (known === 'where') where.push(textual(text, 'where'));
    else if (known in read) throw new Problem(400, `${known} is given twice`);
    else Object.assign(read, { [known]: QUERY[known](text, known) });
  }
  if (where.length > MOST.expressions) throw new Problem(400, `where is given more than ${MOST.expressions} times`);
  return { ...read, where };
}

/** The parameters of each question. Where none names the user or the item, the path does. */
export const PARAMETERS = {
  recommend: ['user', 'history', 'preferences', 'exclude', 'where', 'n', 'titles', 'reasons'],
  similar: ['n'],
  items: ['search', 'n'],
  user: ['n'],
  nothing: [],
} as const satisfies Record<string, readonly Name[]>;

/** `GET /recommendations` */
export function recommendationQuestion(search: string): Question {
  const { user, history = '', preferences = '', exclude = '', ...wanted } = queryOf(search, PARAMETERS.recommend);
  const asker: Asker = { ...(user !== undefined && { user }), history, preferences, exclude, attributes: {} };
  return { ask: 'recommend', users: [asker], isOne: true, n: DEFAULT_LENGTH, titles: false, reasons: false, ...wanted };
}

/** `GET /similar/:item` and `GET /users/:user`. @param id from the path. */
export function idQuestion(ask: 'similar' | 'user', id: string, search: string): Question {
  const { n } = queryOf(search, PARAMETERS[ask]);
  const text = textual(id, ask === 'user' ? 'the user' : 'the item');
  return ask === 'user' ? { ask, user: text, n: n ?? 100 } : { ask, item: text, n: n ?? DEFAULT_LENGTH };
}

/** `GET /items` */
export function itemsQuestion(query: string): Question {
  const { search, n = DEFAULT_FOUND } = queryOf(query, PARAMETERS.items);
  if (search === undefined) throw new Problem(400, 'search is missing: the text to find in ids and titles');
  return { ask: 'items', search, n };
}

/** For requests that take no parameters. @throws Problem 400 where there are any. */
export function refuseParameters(search: string): void {
  queryOf(search, PARAMETERS.nothing);
}

/** `POST /recommendations`. @throws Problem 400 that says where the body is wrong. */
export function bodyQuestion(body: unknown): Question {
  const { users, n = DEFAULT_LENGTH, titles = false, reasons = false, where = [] } = membersOf(body, 'the body', BODY);
  if (!Array.isArray(users) || users.length === 0) throw wrong('users', 'a list of users, each an object');
  if (users.length > MOST.users) throw wrong('users', `at most ${MOST.users} users`);
  if (!isCount(n)) throw wrong('n', A_COUNT);
  if (typeof titles !== 'boolean') throw wrong('titles', 'true or false');
  if (typeof reasons !== 'boolean') throw wrong('reasons', 'true or false');
  const expressions = [where].flat().map((each, at) => word(each, `where[${at}]`));
  if (expressions.length > MOST.expressions) throw wrong('where', `at most ${MOST.expressions} expressions`);
  return {
    ask: 'recommend',
    users: users.map((each, at) => askerIn(each, `users[${at}]`)),
    isOne: false,
    n,
    titles,
    reasons,
    where: expressions,
  };
}

const BODY = ['users', 'n', 'titles', 'reasons', 'where'] as const;
const ASKER = ['user', 'history', 'preferences', 'exclude', 'attributes'] as const;

function askerIn(value: unknown, path: string): Asker {
  const { user, attributes = {}, ...lists } = membersOf(value, path, ASKER);
  const list = (name: 'history' | 'preferences' | 'exclude') => {
    const { [name]: entries = [] } = lists;
    const wanted = `a list of at most ${MOST.entries} texts or numbers`;
    if (!Array.isArray(entries) || entries.length > MOST.entries) throw wrong(`${path}.${name}`, wanted);
    return entries.map((entry, at) => word(entry, `${path}.${name}[${at}]`));
  };
  const cells = Object.entries(objectAt(attributes, `${path}.attributes`));
  if (cells.length > MOST.expressions) throw wrong(`${path}.attributes`, `at most ${MOST.expressions} attributes`);
  return {
    ...(user !== undefined && { user: word(user, `${path}.user`) }),
    history: list('history'),
    preferences: list('preferences'),
    exclude: list('exclude'),
    attributes: Object.fromEntries(cells.map(([name, cell]) => [name, word(cell, `${path}.attributes.${name}`)])),
  };
}

function membersOf<N extends string>(value: unknown, path: string, names: readonly N[]): { [K in N]?: unknown } {
  const object = objectAt(value, path);
  const other = Object.keys(object).find((name) => !(names as readonly string[]).includes(name));
  if (other === undefined) return object;
  throw new Problem(400, `${path}: ${unknownName(other, names, 'member')}`);
}

function objectAt(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw wrong(path, 'an object');
}

/** A text; whole numbers become texts. */
function word(value: unknown, path: string): string {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') throw wrong(path, 'a text or a whole number');
  return textual(text, path);
}

function wrong(path: string, wanted: string): Problem {
  return new Problem(400, `${path}: expected ${wanted}`);
}

function unknownName(name: string, names: readonly string[], what: string): string {
  const existing = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  return `there is no ${what} ${JSON.stringify(name.slice(0, 100))}${didYouMean(name, names, String)} (${existing})`;
}

function textual(text: string, what: string): string {
  if (text !== '' && text.length <= MOST.text) return text;
  throw wrong(what, `1 to ${MOST.text} characters`);
}

/** A list, written like a cell of profiles. */
function cell(text: string, what: string): string {
  if (text.split('|').length <= MOST.entries) return text;
  throw wrong(what, `at most ${MOST.entries} entries between "|"`);
}

function count(text: string, what: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (isCount(value)) return value;
  throw wrong(what, A_COUNT);
}

const A_COUNT = `a whole number from 1 to ${MOST.n}`;

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST.n;
}

function flag(text: string, what: string): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw wrong(what, '1 or 0');
}
