import { parseExpression } from '../conditions/expression.js';
import { Failure } from '../failure.js';
import type { RuleOptions } from '../pipeline/options.js';
import { planOffer } from '../pipeline/rules/offer.js';
import { type ReadRules, readListRules } from '../pipeline/rules/plan.js';
import { similarItems } from '../ranking/item-scores.js';
import { userFacts } from '../report/explanation.js';
import type { ServeJob } from '../workers/protocol.js';
import { listJson, listMaker } from './list-maker.js';
import { BadStrength } from './profile.js';
import { hasOnlyId, type Question, type Reply } from './question.js';
import { type ServedModel, servedModel } from './served-model.js';

/** The rules in a job: expressions as texts, and copies of files that children read together with the model. */
export interface ServedRules extends Omit<RuleOptions, 'where'> {
  where: readonly string[];
  /** By item: 1 where it may be in a list; undefined: all may. */
  allowed: Uint8Array | undefined;
}

/** Opens the model of a job. @returns a function that answers questions about it. @throws Failure where it cannot be read. */
export async function answersFrom({ model, rules }: ServeJob): Promise<(question: unknown) => Reply> {
  const { where, allowed, ...others } = rules as ServedRules;
  const expressions = where.map((text) => parseExpression(text, '--where'));
  const inputs = { encoding: undefined, named: {} };
  const read = await readListRules({ ...others, where: expressions }, inputs);
  const reply = repliesBy(servedModel(model, allowed), read);
  return (question) => {
    try {
      return reply(question as Question);
    } catch (error) {
      // The request has an expression that makes no sense or leaves no item, or a strength that is not a number.
      if (error instanceof Failure || error instanceof BadStrength) return { status: 400, detail: error.message };
      throw error;
    }
  };
}

/** Answers questions about a model. */
function repliesBy(served: ServedModel, rules: ReadRules): (question: Question) => Reply {
  const { known, names, model, userIds } = served;
  const json = listJson(served);
  const listOf = listMaker(served, rules, json);
  let find: ReturnType<typeof itemSearch> | undefined;
  // Rules that make no sense are found here, before the first request.
  const nobody = { history: '', preferences: '', exclude: '', attributes: {} };
  listOf(nobody, { n: 1, titles: false, reasons: false, where: [] });

  const recommend = ({ users, isOne, ...wanted }: Question & { ask: 'recommend' }): Reply => {
    if (!isOne) return { body: `{"lists":[${users.map((asker) => listOf(asker, wanted)).join(',')}]}` };
    const [asker] = users;
    if (!asker) return { status: 400, detail: 'the request names no user' };
    const { user } = asker;
    const isUnknown = user !== undefined && userIds.get(user) === undefined;
    if (isUnknown && hasOnlyId(asker)) return unknown('user', user);
    return { body: listOf(asker, wanted) };
  };

  /** The items to whose scores an item adds most. */
  const similar = (id: string, n: number): Reply => {
    const item = known.items.get(id);
    if (item === undefined) return unknown('item', id);
    const now = rules.now ?? Date.now() / 1000;
    if (rules.where.length > 0) served.readUserColumns();
    const { userColumns } = served.of(undefined);
    const ofItems = served.items({ keepColumns: rules.where.length > 0, now, dayOrder: undefined });
    // No user asks, so conditions on the user do not apply.
    const { offered } = planOffer(rules, { ...names, ...ofItems, userColumns }, now);
    const list = similarItems(model, offered, n)(item);
    return { body: json(list, n, { name: 'item_id', id, titles: true }) };
  };

  /** What the model knows about a user, with the latest items of the history first. */
  const userReply = (id: string, n: number): Reply => {
    const place = userIds.get(id);
    if (place === undefined) return unknown('user', id);
    const dataset = { ...names, ...served.usersAt([place]), userIds: [id] };
    const { user_id, history, preferences, groups, excluded } = userFacts(dataset, 0);
    const timed = history.slice(0, n).map(({ time, ...item }) => (time === null ? item : { ...item, time }));
    const out = excluded.slice(0, n).map(({ item_id }) => item_id);
    const body = { user_id, interactions: history.length, history: timed, preferences, groups, excluded: out };
    return { body: JSON.stringify(body) };
  };

  return (question) => {
    switch (question.ask) {
      case 'ready':
        return { body: '' };
      case 'recommend':
        return recommend(question);
      case 'similar':
        return similar(question.item, question.n);
      case 'items':
        find ??= itemSearch(served);
        return { body: JSON.stringify(find(question.search, question.n)) };
      case 'user':
        return userReply(question.user, question.n);
    }
  };
}

function unknown(what: 'user' | 'item', id: string): Reply {
  const wayOut =
    what === 'user' ? '; give history= or preferences= to get a list all the same' : '; GET /items?search= finds items';
  return { status: 404, detail: `the model knows no ${what} ${JSON.stringify(id)}${wayOut}` };
}

/**
 * Finds items by a part of their id or title, whatever its case and accents. Exact matches come first, then matches at the beginning, then
 * all others, each by popularity. @returns a function that gives the first `n` items, and how many there are.
 */
export function itemSearch({ names: { itemIds, titles, offered }, model: { scales } }: ServedModel) {
  // By item: "\nid\ntitle\n", folded.
  const texts = itemIds.map((id, item) => `\n${folded(id)}\n${folded(titles[item] ?? '')}\n`);
  return (text: string, n: number) => {
    const wanted = folded(text);
    const found = texts.flatMap((own, item) => {
      if (!own.includes(wanted)) return [];
      return { item, rank: own.includes(`\n${wanted}\n`) ? 0 : own.includes(`\n${wanted}`) ? 1 : 2 };
    });
    const { prior } = scales;
    found.sort((a, b) => a.rank - b.rank || (prior[b.item] ?? 0) - (prior[a.item] ?? 0) || a.item - b.item);
    const items = found
      .slice(0, n)
      // `offered` says whether the catalogue has the item.
      .map(({ item }) => ({ item_id: itemIds[item], title: titles[item], offered: offered[item] === 1 }));
    return { items, found: found.length };
  };
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
