import { type Expression, parseExpression } from '../conditions/expression.js';
import type { Dataset } from '../dataset/dataset.js';
import { whatCounts } from '../dataset/evidence-rules.js';
import { SHARED_SUMS } from '../kernels/kernel.js';
import { emptyRows, longestRow, type SparseRows } from '../matrix/sparse.js';
import { type IdRules, planRules, type ReadRules } from '../pipeline/rules/plan.js';
import { audienceOf } from '../ranking/audience.js';
import { Explainer } from '../ranking/explainer.js';
import type { ListRules } from '../ranking/list-rules.js';
import { offerOf } from '../ranking/offer.js';
import { Recommender } from '../ranking/recommender.js';
import { Scores, SummedRows } from '../ranking/scores.js';
import { barredBy } from '../rules/filters.js';
import { listRules, type RulePlans } from '../rules/list-rules.js';
import { packed } from '../rules/packed.js';
import { scoredUsers } from '../saved-model/known-users.js';
import type { ListJson } from './list-json.js';
import { ProfileReader } from './profile.js';
import { type Asker, isNamedAlone, MOST, type Wanted } from './question.js';
import type { ServedModel } from './served-model.js';

/** How many parts of a score are named: the default of a batch run. */
const NAMED = 3;
/** Rules by their expressions that are kept: most requests have one of a few. */
const MOST_RULES = 16;
/** Rules of files of ids, which a server has none of. */
const NO_FILES = {
  ...{ onlyUsers: undefined, allowed: undefined, excluded: undefined, candidates: undefined, seenWindow: undefined },
  clock: Number.NaN,
};

/**
 * Makes the lists of a batch run with that model: the same code makes them, for an audience of one whose rows change from request to
 * request.
 */
export class ListMaker {
  readonly #served: ServedModel;
  readonly #obeyed: ReadRules;
  readonly #json: ListJson;
  readonly #profiles: ProfileReader;
  readonly #recommender: Recommender;
  readonly #explainer: Explainer;
  readonly #ids: IdRules;
  /** Rows of the user who is answered. */
  readonly #audience: Record<'signals' | 'excluded' | 'had', SparseRows>;
  #rules: ListRules | undefined;
  /** Rules by their expressions, of the minute: what can be sold may change with time. */
  readonly #kept = new Map<string, ListRules>();
  #minute = Number.NaN;

  /** @param obeyed what all lists obey. */
  constructor(served: ServedModel, obeyed: ReadRules, json: ListJson) {
    const { model, names, users } = served;
    const { counts, scales, rows } = model;
    this.#served = served;
    this.#obeyed = obeyed;
    this.#json = json;
    this.#profiles = new ProfileReader(names, served.known, served.facts.counts);
    this.#ids = { ...obeyed, ...NO_FILES };
    const noItems = () => emptyRows(1, counts.items);
    this.#audience = { signals: emptyRows(1, rows.rows), excluded: noItems(), had: noItems() };
    const longest = longestRow(users.interactions) * 2 + longestRow(users.preferences) + longestRow(users.groups);
    const summed = new SummedRows(rows, counts.items, longest + 8 * MOST.entries, SHARED_SUMS);
    const scores = new Scores(model, this.#audience.signals, summed);
    const current = () => this.#rules ?? refuse();
    this.#recommender = new Recommender(model, { ...this.#audience, offered: names.offered }, MOST.n, scores, {
      offerFor: (row) => current().offerFor(row),
      candidatesFor: (count) => current().candidatesFor(count),
      listFrom: (...all) => current().listFrom(...all),
    });
    this.#explainer = new Explainer({ counts, scales }, scores, MOST.n, NAMED);
  }

  /** The list of a user as JSON. @throws Failure for an expression that makes no sense, BadStrength. */
  list(asker: Asker, { n, titles, reasons, where }: Wanted): string {
    const expressions = [...this.#obeyed.where, ...where.map((text) => parseExpression(text, 'where'))];
    const now = this.#obeyed.now ?? Date.now() / 1000;
    const { dataset, ignored } = this.#datasetOf(asker, expressions, now);
    const barred = { ...dataset, ...barredBy(this.#ids, dataset) };
    const { settings } = this.#served.facts.method;
    const { signals, excluded, had } = audienceOf(barred, (byUser) => byUser, settings, this.#obeyed);
    Object.assign(this.#audience.signals, signals);
    Object.assign(this.#audience.excluded, excluded);
    Object.assign(this.#audience.had, had ?? emptyRows(1, this.#served.names.itemIds.length));
    const rules = this.#rulesFor(expressions, dataset, n, now);
    this.#rules = rules;
    const list = this.#recommender.recommend(0, n);
    const why = reasons ? this.#explainer.reasonsOf(0, list, rules.offerFor(0).factor) : undefined;
    const line = this.#json.line(list, n, { name: 'user_id', id: asker.user, titles, reasons: why });
    const isAll = Object.keys(ignored).length === 0;
    return isAll ? line : `${line.slice(0, -1)},"ignored":${JSON.stringify(ignored)}}`;
  }

  /** All that is known of a user, and what was said that the model does not know. */
  #datasetOf(asker: Asker, expressions: readonly Expression[], now: number) {
    const { dataset: said, ignored } = this.#profiles.read(asker);
    const keepColumns = expressions.length > 0 || Object.keys(this.#obeyed.read).length > 0;
    if (keepColumns) this.#served.readUserColumns();
    const place = asker.user === undefined ? undefined : this.#served.userIds.get(asker.user);
    if (asker.user !== undefined && place === undefined && isNamedAlone(asker)) ignored.user = [asker.user];
    const known = this.#served.of(place, asker.user);
    const { dataset } = scoredUsers(known, said, { keepColumns, now, clock: this.#obeyed.now, dayOrder: undefined });
    return { dataset: whatCounts(dataset), ignored };
  }

  /** What lists of the one user of a data set obey. @throws Failure for an expression that makes no sense. */
  #rulesFor(expressions: readonly Expression[], dataset: Dataset, n: number, now: number): ListRules {
    const minute = Math.floor(now / 60);
    if (minute !== this.#minute) this.#kept.clear();
    this.#minute = minute;
    const key = JSON.stringify(expressions.map(({ text }) => text));
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const read = { ...this.#obeyed, where: expressions };
    const { offered, where, plans } = planRules(read, this.#ids, dataset, { listLength: n, now }, () => {});
    const { counts, rows, scales } = this.#served.model;
    if (where.length > 0 || Object.keys(plans).length > 0) {
      const { spec, arrays } = packed({ users: Uint32Array.of(0), where, plans } satisfies RulePlans);
      const facts = { items: counts.items, popularity: this.#served.popularity, offered, rows };
      return listRules(spec, arrays, facts, scales.prior);
    }
    const offer = offerOf(scales.prior, offered);
    const rules: ListRules = { offerFor: () => offer, candidatesFor: (count) => count, listFrom: (_, best) => best };
    if (!expressions.some(({ usesNow }) => usesNow) && this.#kept.size < MOST_RULES) this.#kept.set(key, rules);
    return rules;
  }
}

function refuse(): never {
  throw new RangeError('nobody is answered');
}
