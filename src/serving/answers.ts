import { type Expression, parseExpression } from '../conditions/expression.js';
import { jsonText } from '../csv/printable.js';
import { packedTexts, type QuotedCells } from '../csv/quoted-cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { whatCounts } from '../dataset/evidence-rules.js';
import type { Known } from '../dataset/inputs.js';
import { entriesOfUsers } from '../dataset/interactions.js';
import { IdIndex } from '../events/ids.js';
import { Failure } from '../failure.js';
import { SHARED_SUMS } from '../kernels/kernel.js';
import { emptyRows, longestRow, pickedRows, type SparseRows } from '../matrix/sparse.js';
import { type LineColumn, LineWriter } from '../output/list-lines.js';
import { ReasonWriter, reasonName } from '../output/reason-cells.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { causesOf } from '../pipeline/list-output.js';
import type { RuleOptions } from '../pipeline/options.js';
import { type IdRules, planRules, type ReadRules, readListRules } from '../pipeline/rules/plan.js';
import { audienceOf } from '../ranking/audience.js';
import { Explainer } from '../ranking/explainer.js';
import type { List, ListRules } from '../ranking/list-rules.js';
import type { Model } from '../ranking/model.js';
import { offerOf } from '../ranking/offer.js';
import { Recommender } from '../ranking/recommender.js';
import { Scores, SummedRows } from '../ranking/scores.js';
import { similarItems } from '../ranking/similar-items.js';
import { barredBy } from '../rules/filters.js';
import { listRules, type RulePlans } from '../rules/list-rules.js';
import { packed } from '../rules/packed.js';
import { type KnownModel, scoredUsers } from '../saved-model/known-users.js';
import { type Wanted as ColumnsWanted, type KnownUsers, type Names, SavedModel } from '../saved-model/saved-model.js';
import type { ServeJob } from '../workers/protocol.js';
import { BadStrength, ProfileReader } from './profile.js';
import { type Asker, MOST, type Question, type Reply, type Wanted } from './question.js';

/** So many parts of a score are named, as in a batch run unless it is told otherwise. */
const NAMED = 3;
/** Rules by their expressions that are kept: most requests have one of a few. */
const MOST_RULES = 16;
/** As the job has them: expressions as texts, and files that are read with the model. */
export interface ServedRules extends Omit<RuleOptions, 'where'> {
  where: readonly string[];
}

/** Rules of files of ids, which a server has none of. */
const NO_FILES = {
  ...{ onlyUsers: undefined, allowed: undefined, excluded: undefined, candidates: undefined, seenWindow: undefined },
  clock: Number.NaN,
};
const NOBODY = { bytes: new Uint8Array(0), starts: Float64Array.of(0) };

/** Opens the model of a job. @returns what answers questions about it. @throws Failure where it cannot be read. */
export async function answersFrom({ model, rules }: ServeJob): Promise<(question: unknown) => Reply> {
  const { where, ...others } = rules as ServedRules;
  const expressions = where.map((text) => parseExpression(text, '--where'));
  const inputs = { encoding: undefined, named: {} };
  const answers = new Answers({ model, rules: await readListRules({ ...others, where: expressions }, inputs) });
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

/**
 * Answers questions about a model. Lists are those of a batch run with that model: the same code makes them, for an audience of one whose
 * rows change from request to request. The model is read where the file is mapped, so all children share its memory.
 */
class Answers {
  readonly #job: { model: string; rules: ReadRules };
  readonly #saved: SavedModel;
  readonly #names: Names;
  readonly #known: Known;
  readonly #model: Model;
  readonly #users: KnownUsers;
  readonly #userIds: IdIndex;
  readonly #profiles: ProfileReader;
  readonly #recommender: Recommender;
  readonly #explainer: Explainer;
  readonly #reasonWriter: ReasonWriter;
  /** Of the user who is answered. */
  readonly #signals: SparseRows;
  readonly #excluded: SparseRows;
  readonly #had: SparseRows;
  readonly #ids: IdRules;
  #rules: ListRules | undefined;
  readonly #popularity: Float64Array;
  #itemsThen: (ReturnType<SavedModel['items']> & { minute: number }) | undefined;
  /** Read when an expression or a rule first asks for them. */
  #itemColumns: Dataset['itemColumns'] | undefined;
  #userColumns: Dataset['userColumns'] = [];
  readonly #rulesOf = new Map<string, ListRules>();
  readonly #cells: { ids: QuotedCells; titles: QuotedCells };
  #searched: string[] | undefined;

  constructor(job: { model: string; rules: ReadRules }) {
    const saved = new SavedModel(job.model, () => `${job.model}.${process.pid}`);
    this.#job = job;
    this.#saved = saved;
    this.#names = saved.names;
    this.#known = saved.known;
    this.#model = saved.model;
    this.#users = saved.users;
    this.#userIds = IdIndex.of(saved.userIds);
    this.#profiles = new ProfileReader(this.#names, this.#known, saved.facts.counts);
    const { counts, scales, rows } = this.#model;
    this.#signals = emptyRows(1, rows.rows);
    this.#excluded = emptyRows(1, counts.items);
    this.#had = emptyRows(1, counts.items);
    this.#ids = { ...job.rules, ...NO_FILES };
    const most = 2 * longestRow(this.#users.interactions) + longestRow(this.#users.preferences);
    const summed = new SummedRows(
      rows,
      counts.items,
      most + longestRow(this.#users.groups) + 8 * MOST.entries,
      SHARED_SUMS,
    );
    const scores = new Scores(this.#model, this.#signals, summed);
    const { offered } = this.#names;
    const audience = { signals: this.#signals, had: this.#had, excluded: this.#excluded, offered };
    const current = () => this.#rules ?? refuse();
    this.#recommender = new Recommender(this.#model, audience, MOST.n, scores, {
      offerFor: (row) => current().offerFor(row),
      candidatesFor: (count) => current().candidatesFor(count),
      listFrom: (...all) => current().listFrom(...all),
    });
    this.#explainer = new Explainer({ counts, scales }, scores, MOST.n, NAMED);
    const causes = packedTexts(causesOf({ ...this.#names, userIds: [], itemColumns: [], userColumns: [] }), (name) =>
      reasonName(name, 'json'),
    );
    this.#reasonWriter = new ReasonWriter('json', { cells: causes, counts }, SCORE_DIGITS);
    this.#cells = {
      ids: packedTexts(this.#names.itemIds, jsonText),
      titles: packedTexts(this.#names.titles, jsonText),
    };
    this.#popularity = saved.popularity;
    this.#list(
      { history: '', preferences: '', exclude: '', attributes: {} },
      { n: 1, titles: false, reasons: false, where: [] },
    );
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
        return this.#search(question.search, question.n);
      case 'user':
        return this.#user(question.user, question.n);
    }
  }

  #recommend({ users, isOne, ...wanted }: Question & { ask: 'recommend' }): Reply {
    if (!isOne) return { body: `{"lists":[${users.map((asker) => this.#list(asker, wanted)).join(',')}]}` };
    const [asker] = users;
    if (!asker) return { status: 400, detail: 'nobody is asked for' };
    const isSilent = [asker.history, asker.preferences, ...Object.values(asker.attributes)].every(
      ({ length }) => length === 0,
    );
    const { user } = asker;
    if (user !== undefined && isSilent && this.#userIds.get(user) === undefined) return unknown('user', user);
    return { body: this.#list(asker, wanted) };
  }

  /** The list of a user as a line of JSON Lines. */
  #list(asker: Asker, { n, titles, reasons, where }: Wanted): string {
    const { dataset: said, ignored } = this.#profiles.read(asker);
    const place = asker.user === undefined ? undefined : this.#userIds.get(asker.user);
    const { rules } = this.#job;
    const expressions = [...rules.where, ...where.map((text) => parseExpression(text, 'where'))];
    const keepColumns = expressions.length > 0 || Object.keys(rules.read).length > 0;
    const now = rules.now ?? Date.now() / 1000;
    if (keepColumns && this.#userColumns.length === 0) this.#userColumns = this.#saved.userColumns;
    const known = this.#knownAt(place, asker.user);
    const dataset = whatCounts(scoredUsers(known, said, { keepColumns, now, dayOrder: undefined }).dataset);
    const barred = { ...dataset, ...barredBy(this.#ids, dataset) };
    const audience = audienceOf(barred, (byUser) => byUser, this.#saved.facts.method.settings, rules);
    Object.assign(this.#signals, audience.signals);
    Object.assign(this.#excluded, audience.excluded);
    Object.assign(this.#had, audience.had ?? emptyRows(1, this.#names.itemIds.length));
    this.#rules = this.#rulesFor(expressions, dataset, n, now);
    const list = this.#recommender.recommend(0, n);
    const why = reasons ? this.#explainer.reasonsOf(0, list, this.#rules.offerFor(0).factor) : undefined;
    const line = this.#line(['user_id', asker.user], list, n, titles, why);
    const isAll = Object.keys(ignored).length === 0;
    return isAll ? line : `${line.slice(0, -1)},"ignored":${JSON.stringify(ignored)}}`;
  }

  #line(
    [name, id]: [string, string | undefined],
    list: List,
    n: number,
    titles: boolean,
    why?: Parameters<LineWriter['add']>[2],
  ): string {
    const head = packedTexts([id ?? ''], (text) => (id === undefined ? 'null' : jsonText(text)));
    const columns: LineColumn[] = [
      { name, kind: 'user', cells: head },
      { name: 'item_id', kind: 'item', cells: this.#cells.ids },
      { name: 'rank', kind: 'rank' },
      { name: 'score', kind: 'score' },
    ];
    if (titles) columns.push({ name: 'title', kind: 'item', cells: this.#cells.titles });
    if (why) columns.push({ name: 'reasons', kind: 'reasons' });
    const writer = new LineWriter({
      format: 'jsonl',
      columns,
      listLength: n,
      precision: SCORE_DIGITS,
      reasons: this.#reasonWriter,
    });
    writer.add(0, list, why);
    return Buffer.from(writer.finish().lines).toString().trimEnd();
  }

  /** What the model knows of one user, as a model that knows nobody else. */
  #knownAt(place: number | undefined, id = ''): KnownModel {
    const { facts } = this.#saved;
    const bytes = Buffer.from(id);
    const places = place === undefined ? [] : [place];
    return {
      facts: { ...facts, counts: { ...facts.counts, users: places.length } },
      names: this.#names,
      userIds: place === undefined ? NOBODY : { bytes, starts: Float64Array.of(0, bytes.length) },
      usersAt: () => this.#usersAt(places),
      items: (wanted) => this.#items(wanted),
      userColumns: this.#userColumns.map(({ name, cells }) => ({ name, cells: places.map((at) => cells[at] ?? '') })),
    };
  }

  #usersAt(places: readonly number[]): KnownUsers {
    const { excluded, preferences, groups, ...interactions } = this.#users;
    return {
      ...entriesOfUsers(interactions, Uint32Array.from(places)),
      excluded: pickedRows(excluded, places),
      preferences: pickedRows(preferences, places),
      groups: pickedRows(groups, places),
    };
  }

  /** What can be sold may change with time; columns do not. */
  #items(wanted: ColumnsWanted): ReturnType<SavedModel['items']> {
    const minute = Math.floor(wanted.now / 60);
    if (this.#itemsThen?.minute !== minute) {
      this.#rulesOf.clear();
      this.#itemsThen = { minute, ...this.#saved.items({ ...wanted, keepColumns: false }) };
    }
    if (!wanted.keepColumns) return this.#itemsThen;
    this.#itemColumns ??= this.#saved.items(wanted).itemColumns;
    return { ...this.#itemsThen, itemColumns: this.#itemColumns };
  }

  /** What lists of the one user of a data set obey. @throws Failure for an expression that makes no sense. */
  #rulesFor(expressions: readonly Expression[], dataset: Dataset, n: number, now: number): ListRules {
    const key = JSON.stringify(expressions.map(({ text }) => text));
    const made = this.#rulesOf.get(key);
    if (made) return made;
    const read = { ...this.#job.rules, where: expressions };
    const { offered, where, plans } = planRules(read, this.#ids, dataset, { listLength: n, now }, () => {});
    const { counts, rows, scales } = this.#model;
    if (where.length > 0 || Object.keys(plans).length > 0) {
      const { spec, arrays } = packed({ users: Uint32Array.of(0), where, plans } satisfies RulePlans);
      const facts = { items: counts.items, popularity: this.#popularity, offered, rows };
      return listRules(spec, arrays, facts, scales.prior);
    }
    const offer = offerOf(scales.prior, offered);
    const rules: ListRules = { offerFor: () => offer, candidatesFor: (count) => count, listFrom: (_, best) => best };
    if (!expressions.some(({ usesNow }) => usesNow) && this.#rulesOf.size < MOST_RULES) this.#rulesOf.set(key, rules);
    return rules;
  }

  /** What an item adds to the scores of others, where somebody had it. */
  #similar(id: string, n: number): Reply {
    const item = this.#known.items.get(id);
    if (item === undefined) return unknown('item', id);
    const now = this.#job.rules.now ?? Date.now() / 1000;
    const isForSale = this.#job.rules.availability === 'honour';
    const { available } = this.#items({ keepColumns: false, now, dayOrder: undefined });
    const offered = this.#names.offered.map((flag, at) => (isForSale && available?.[at] === 0 ? 0 : flag));
    const list = similarItems(this.#model, offered, n)(item);
    return { body: this.#line(['item_id', id], list, n, true) };
  }

  #isOffered(item = -1): boolean {
    return this.#names.offered[item] === 1;
  }

  /** Items whose id or title has the text in it: those that begin with it first, then by popularity. */
  #search(text: string, n: number): Reply {
    const { itemIds, titles } = this.#names;
    const { prior } = this.#model.scales;
    this.#searched ??= itemIds.map((id, item) => `\n${folded(id)}\n${folded(titles[item] ?? '')}`);
    const wanted = folded(text);
    const found: { item: number; rank: number }[] = [];
    this.#searched.forEach((names, item) => {
      const at = names.indexOf(wanted);
      if (at < 0) return;
      const rank = names.includes(`\n${wanted}\n`) ? 0 : names.includes(`\n${wanted}`) ? 1 : 2;
      found.push({ item, rank });
    });
    found.sort((a, b) => a.rank - b.rank || (prior[b.item] ?? 0) - (prior[a.item] ?? 0) || a.item - b.item);
    const items = found.slice(0, n).map(({ item }) => ({
      item_id: itemIds[item],
      title: titles[item],
      offered: this.#isOffered(item),
    }));
    return { body: JSON.stringify({ items, found: found.length }) };
  }

  /** What the model knows of a user: the latest of the history first. */
  #user(id: string, n: number): Reply {
    const place = this.#userIds.get(id);
    if (place === undefined) return unknown('user', id);
    const { itemIds, titles, attributeNames, groupNames } = this.#names;
    const { interactions, times, preferences, groups, excluded } = this.#usersAt([place]);
    const timeAt = (entry: number) => times?.[entry] ?? Number.NaN;
    const entries = [...interactions.index.keys()].sort((a, b) => {
      const [s, t] = [a, b].map((entry) => (Number.isNaN(timeAt(entry)) ? Number.NEGATIVE_INFINITY : timeAt(entry)));
      return s === t ? (interactions.value[b] ?? 0) - (interactions.value[a] ?? 0) || a - b : (t ?? 0) - (s ?? 0);
    });
    const history = entries.slice(0, n).map((entry) => {
      const item = interactions.index[entry] ?? -1;
      const time = Number.isNaN(timeAt(entry)) ? {} : { time: new Date(1000 * timeAt(entry)).toISOString() };
      return { item_id: itemIds[item], title: titles[item], strength: interactions.value[entry], ...time };
    });
    const named = (row: SparseRows, names: readonly string[]) => Array.from(row.index, (at) => names[at]);
    return {
      body: JSON.stringify({
        user_id: id,
        interactions: entries.length,
        history,
        preferences: Array.from(preferences.index, (at, k) => ({
          name: attributeNames[at],
          strength: preferences.value[k],
        })),
        groups: named(groups, groupNames),
        excluded: named(excluded, itemIds).slice(0, n),
      }),
    };
  }
}

function refuse(): never {
  throw new RangeError('nobody is answered');
}

function unknown(what: 'user' | 'item', id: string): Reply {
  const wayOut =
    what === 'user' ? '; history= or preferences= say what else to go by' : '; GET /items?search= finds items';
  return { status: 404, detail: `the model knows no ${what} ${JSON.stringify(id)}${wayOut}` };
}

/** Text as it is searched: without case and accents. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
