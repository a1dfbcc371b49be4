import { parseExpression } from '../conditions/expression.js';
import { Failure } from '../failure.js';
import type { RuleOptions } from '../pipeline/options.js';
import { type ReadRules, readListRules } from '../pipeline/rules/plan.js';
import { similarItems } from '../ranking/similar-items.js';
import { userFacts } from '../report/user-facts.js';
import type { ServeJob } from '../workers/protocol.js';
import { ItemSearch } from './item-search.js';
import { ListJson } from './list-json.js';
import { ListMaker } from './list-maker.js';
import { BadStrength } from './profile.js';
import { isNamedAlone, type Question, type Reply } from './question.js';
import { ServedModel } from './served-model.js';

/** As the job has them: expressions as texts, and files that are read with the model. */
export interface ServedRules extends Omit<RuleOptions, 'where'> {
  where: readonly string[];
}

/** Opens the model of a job. @returns what answers questions about it. @throws Failure where it cannot be read. */
export async function answersFrom({ model, rules }: ServeJob): Promise<(question: unknown) => Reply> {
  const { where, ...others } = rules as ServedRules;
  const expressions = where.map((text) => parseExpression(text, '--where'));
  const inputs = { encoding: undefined, named: {} };
  const answers = new Answers(model, await readListRules({ ...others, where: expressions }, inputs));
  return (question) => {
    try {
      return answers.reply(question as Question);
    } catch (error) {
      // Expressions that make no sense, or leave nothing.
      if (error instanceof Failure || error instanceof BadStrength) return { status: 400, detail: error.message };
      throw error;
    }
  };
}

/** Answers questions about a model. */
class Answers {
  readonly #served: ServedModel;
  readonly #rules: ReadRules;
  readonly #json: ListJson;
  readonly #lists: ListMaker;
  #search: ItemSearch | undefined;

  constructor(path: string, rules: ReadRules) {
    this.#served = new ServedModel(path);
    this.#rules = rules;
    this.#json = new ListJson(this.#served);
    this.#lists = new ListMaker(this.#served, rules, this.#json);
    // Rules that make no sense are found before anybody asks.
    const nobody = { history: '', preferences: '', exclude: '', attributes: {} };
    this.#lists.list(nobody, { n: 1, titles: false, reasons: false, where: [] });
  }

  reply(question: Question): Reply {
    switch (question.ask) {
      case 'ready':
        return { body: '' };
      case 'recommend':
        return this.#recommend(question);
      case 'similar':
        return this.#similar(question.item, question.n);
      case 'items':
        this.#search ??= new ItemSearch(this.#served);
        return { body: JSON.stringify(this.#search.find(question.search, question.n)) };
      case 'user':
        return this.#user(question.user, question.n);
    }
  }

  #recommend({ users, isOne, ...wanted }: Question & { ask: 'recommend' }): Reply {
    if (!isOne) return { body: `{"lists":[${users.map((asker) => this.#lists.list(asker, wanted)).join(',')}]}` };
    const [asker] = users;
    if (!asker) return { status: 400, detail: 'nobody is asked for' };
    const { user } = asker;
    const isUnknown = user !== undefined && this.#served.userIds.get(user) === undefined;
    if (isUnknown && isNamedAlone(asker)) return unknown('user', user);
    return { body: this.#lists.list(asker, wanted) };
  }

  /** What an item adds to the scores of others, where somebody had it. */
  #similar(id: string, n: number): Reply {
    const { known, names, model } = this.#served;
    const item = known.items.get(id);
    if (item === undefined) return unknown('item', id);
    const now = this.#rules.now ?? Date.now() / 1000;
    const isForSale = this.#rules.availability === 'honour';
    const { available } = this.#served.items({ keepColumns: false, now, dayOrder: undefined });
    const offered = names.offered.map((flag, at) => (isForSale && available?.[at] === 0 ? 0 : flag));
    const list = similarItems(model, offered, n)(item);
    return { body: this.#json.line(list, n, { name: 'item_id', id, titles: true }) };
  }

  /** What the model knows of a user: the latest of the history first. */
  #user(id: string, n: number): Reply {
    const place = this.#served.userIds.get(id);
    if (place === undefined) return unknown('user', id);
    const dataset = { ...this.#served.names, ...this.#served.usersAt([place]), userIds: [id] };
    const { user_id, history, preferences, groups, excluded } = userFacts(dataset, 0);
    const timed = history.slice(0, n).map(({ time, ...item }) => (time === null ? item : { ...item, time }));
    const out = excluded.slice(0, n).map(({ item_id }) => item_id);
    const body = { user_id, interactions: history.length, history: timed, preferences, groups, excluded: out };
    return { body: JSON.stringify(body) };
  }
}

function unknown(what: 'user' | 'item', id: string): Reply {
  const wayOut =
    what === 'user' ? '; history= or preferences= say what else to go by' : '; GET /items?search= finds items';
  return { status: 404, detail: `the model knows no ${what} ${JSON.stringify(id)}${wayOut}` };
}
