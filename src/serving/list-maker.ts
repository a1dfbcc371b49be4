import { type Expression, parseExpression } from '../conditions/expression.js';
import type { Dataset } from '../dataset/dataset.js';
import { whatCounts } from '../dataset/evidence-rules.js';
import { SHARED_SUMS } from '../kernels/kernel.js';
import { emptyRows, longestRow } from '../matrix/sparse.js';
import { type IdRules, planRules, type ReadRules } from '../pipeline/rules/plan.js';
import { audienceOf } from '../ranking/audience.js';
import { explainer } from '../ranking/explainer.js';
import type { ListRules } from '../ranking/list-rules.js';
import { offerOf } from '../ranking/offer.js';
import { Recommender } from '../ranking/recommender.js';
import { scoresBy, summedRows } from '../ranking/scores.js';
import { barredBy } from '../rules/filters.js';
import { listRules, type RulePlans } from '../rules/list-rules.js';
import { packed } from '../rules/packed.js';
import { scoredUsers } from '../saved-model/known-users.js';
import type { ListJson } from './list-json.js';
import { profileReader } from './profile.js';
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
 *
 * @param obeyed what all lists obey.
 * @returns what makes the list of a user as JSON; it throws Failure for an expression that makes no sense, and BadStrength.
 */
export function listMaker(served: ServedModel, obeyed: ReadRules, json: ListJson) {
  const { model, names, users, facts } = served;
  const { counts, scales, rows } = model;
  const profileOf = profileReader(served);
  const ids: IdRules = { ...obeyed, ...NO_FILES };
  const noItems = () => emptyRows(1, counts.items);
  // Rows of the user who is answered.
  const audience = { signals: emptyRows(1, rows.rows), excluded: noItems(), had: noItems() };
  const longest = longestRow(users.interactions) * 2 + longestRow(users.preferences) + longestRow(users.groups);
  const summed = summedRows(rows, counts.items, longest + 8 * MOST.entries, SHARED_SUMS);
  const scores = scoresBy(model, audience.signals, summed);
  // What the list of that user obeys.
  let current: ListRules;
  const recommender = new Recommender(model, { ...audience, offered: names.offered }, MOST.n, scores, {
    offerFor: (row) => current.offerFor(row),
    candidatesFor: (count) => current.candidatesFor(count),
    listFrom: (...all) => current.listFrom(...all),
  });
  const explain = explainer({ counts, scales }, scores, MOST.n, NAMED);
  // Rules by their expressions, of the minute: what can be sold may change with time.
  const kept = new Map<string, ListRules>();
  let minute = Number.NaN;

  /** All that is known of a user, and what was said that the model does not know. */
  const datasetOf = (asker: Asker, expressions: readonly Expression[], now: number) => {
    const { dataset: said, ignored } = profileOf(asker);
    const keepColumns = expressions.length > 0 || Object.keys(obeyed.read).length > 0;
    if (keepColumns) served.readUserColumns();
    const place = asker.user === undefined ? undefined : served.userIds.get(asker.user);
    if (asker.user !== undefined && place === undefined && isNamedAlone(asker)) ignored.user = [asker.user];
    const known = served.of(place, asker.user);
    const { dataset } = scoredUsers(known, said, { keepColumns, now, clock: obeyed.now, dayOrder: undefined });
    return { dataset: whatCounts(dataset), ignored };
  };

  /** What lists of the one user of a data set obey. @throws Failure for an expression that makes no sense. */
  const rulesFor = (expressions: readonly Expression[], dataset: Dataset, n: number, now: number): ListRules => {
    const minuteNow = Math.floor(now / 60);
    if (minuteNow !== minute) kept.clear();
    minute = minuteNow;
    const key = JSON.stringify(expressions.map(({ text }) => text));
    const before = kept.get(key);
    if (before) return before;
    const read = { ...obeyed, where: expressions };
    const { offered, where, plans } = planRules(read, ids, dataset, { listLength: n, now }, () => {});
    if (where.length > 0 || Object.keys(plans).length > 0) {
      const { spec, arrays } = packed({ users: Uint32Array.of(0), where, plans } satisfies RulePlans);
      const known = { items: counts.items, popularity: served.popularity, offered, rows };
      return listRules(spec, arrays, known, scales.prior);
    }
    const offer = offerOf(scales.prior, offered);
    const rules: ListRules = { offerFor: () => offer, candidatesFor: (count) => count, listFrom: (_, best) => best };
    if (!expressions.some(({ usesNow }) => usesNow) && kept.size < MOST_RULES) kept.set(key, rules);
    return rules;
  };

  return (asker: Asker, { n, titles, reasons, where }: Wanted): string => {
    const expressions = [...obeyed.where, ...where.map((text) => parseExpression(text, 'where'))];
    const now = obeyed.now ?? Date.now() / 1000;
    const { dataset, ignored } = datasetOf(asker, expressions, now);
    const barred = { ...dataset, ...barredBy(ids, dataset) };
    const { signals, excluded, had } = audienceOf(barred, (byUser) => byUser, facts.method.settings, obeyed);
    Object.assign(audience.signals, signals);
    Object.assign(audience.excluded, excluded);
    Object.assign(audience.had, had ?? noItems());
    current = rulesFor(expressions, dataset, n, now);
    const list = recommender.recommend(0, n);
    const why = reasons ? explain(0, list, current.offerFor(0).factor) : undefined;
    const line = json(list, n, { name: 'user_id', id: asker.user, titles, reasons: why });
    const isAll = Object.keys(ignored).length === 0;
    return isAll ? line : `${line.slice(0, -1)},"ignored":${JSON.stringify(ignored)}}`;
  };
}
