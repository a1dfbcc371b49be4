import { type Expression, parseExpression } from '../conditions/expression.js';
import { jsonText } from '../csv/printable.js';
import { packedTexts } from '../csv/quoted-cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import { SHARED_SUMS } from '../kernels/kernel.js';
import { emptyRows, longestRow } from '../matrix/sparse.js';
import { type LineColumn, lineWriter } from '../output/list-lines.js';
import { type Reasons, reasonName, reasonWriter } from '../output/reason-cells.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { causesOf } from '../pipeline/output/list-output.js';
import { type IdRules, planRules, type ReadRules } from '../pipeline/rules/plan.js';
import { audienceOf } from '../ranking/audience.js';
import { explainer } from '../ranking/explainer.js';
import { type List, type ListRules, offerOf } from '../ranking/list-rules.js';
import { Recommender } from '../ranking/recommender.js';
import { scoresBy, summedRows } from '../ranking/scores.js';
import { exclusionsUnder } from '../rules/filters.js';
import { listRules, type RulePlans } from '../rules/list-rules.js';
import { packed } from '../rules/packed.js';
import { scoredUsers } from '../saved-model/known-users.js';
import { profileReader } from './profile.js';
import { type Asker, hasOnlyId, MOST, type Wanted } from './question.js';
import type { ServedModel } from './served-model.js';

/** How many parts of a score are named: the default of a batch run. */
const NAMED = 3;
/** How many rules are cached, by their expressions: most requests have one of a few. */
const MOST_RULES = 16;
/** The rules of files of ids, which a server does not have. */
const NO_FILES = {
  ...{ onlyUsers: undefined, allowed: undefined, excluded: undefined, candidates: undefined, seenWindow: undefined },
  clock: Number.NaN,
};

/**
 * Makes the same lists as a batch run with that model, by the same code: it serves an audience of one user, whose rows change from request
 * to request.
 *
 * @param ruleOptions the rules of all lists.
 * @returns a function that makes the list of a user as JSON; it throws Failure for an expression that makes no sense, and BadStrength.
 */
export function listMaker(served: ServedModel, ruleOptions: ReadRules, json: ListJson) {
  const { model, names, users, facts } = served;
  const { counts, scales, rows } = model;
  const profileOf = profileReader(served);
  const ids: IdRules = { ...ruleOptions, ...NO_FILES };
  const noItems = () => emptyRows(1, counts.items);
  // The rows of the current user.
  const audience = { signals: emptyRows(1, rows.rows), excluded: noItems(), had: noItems() };
  const longest = longestRow(users.interactions) * 2 + longestRow(users.preferences) + longestRow(users.groups);
  const summed = summedRows(rows, counts.items, longest + 8 * MOST.entries, SHARED_SUMS);
  const scores = scoresBy(model, audience.signals, summed);
  // The rules for the list of that user.
  let current: ListRules;
  const recommender = new Recommender(model, { ...audience, offered: names.offered }, MOST.n, scores, {
    offerFor: (row) => current.offerFor(row),
    candidatesFor: (count) => current.candidatesFor(count),
    listFrom: (...all) => current.listFrom(...all),
  });
  const explain = explainer({ counts, scales }, scores, MOST.n, NAMED);
  // The rules of the current minute by their expressions: which items can be sold may change with time.
  const cached = new Map<string, ListRules>();
  let minute = Number.NaN;

  /** Everything that is known about a user, and the parts of the request that the model does not know. */
  const datasetOf = (asker: Asker, expressions: readonly Expression[], now: number) => {
    const { dataset: requested, ignored } = profileOf(asker);
    const keepColumns = expressions.length > 0 || Object.keys(ruleOptions.read).length > 0;
    if (keepColumns) served.readUserColumns();
    const place = asker.user === undefined ? undefined : served.userIds.get(asker.user);
    if (asker.user !== undefined && place === undefined && hasOnlyId(asker)) ignored.user = [asker.user];
    const known = served.of(place, asker.user);
    const { dataset } = scoredUsers(known, requested, {
      keepColumns,
      now,
      clock: ruleOptions.now,
      dayOrder: undefined,
    });
    return { dataset: countingInteractions(dataset), ignored };
  };

  /** The rules for the lists of the one user of a data set. @throws Failure for an expression that makes no sense. */
  const rulesFor = (expressions: readonly Expression[], dataset: Dataset, n: number, now: number): ListRules => {
    const minuteNow = Math.floor(now / 60);
    if (minuteNow !== minute) cached.clear();
    minute = minuteNow;
    const key = JSON.stringify(expressions.map(({ text }) => text));
    const cachedRules = cached.get(key);
    if (cachedRules) return cachedRules;
    const read = { ...ruleOptions, where: expressions };
    const { offered, where, plans } = planRules(read, ids, dataset, { listLength: n, now }, () => {});
    if (where.length > 0 || Object.keys(plans).length > 0) {
      const { spec, arrays } = packed({ users: Uint32Array.of(0), where, plans } satisfies RulePlans);
      const known = { items: counts.items, popularity: served.popularity, offered, rows };
      return listRules(spec, arrays, known, scales.prior);
    }
    const offer = offerOf(scales.prior, offered);
    const rules: ListRules = { offerFor: () => offer, candidatesFor: (count) => count, listFrom: (_, best) => best };
    if (!expressions.some(({ usesNow }) => usesNow) && cached.size < MOST_RULES) cached.set(key, rules);
    return rules;
  };

  return (asker: Asker, { n, titles, reasons, where }: Wanted): string => {
    const expressions = [...ruleOptions.where, ...where.map((text) => parseExpression(text, 'where'))];
    const now = ruleOptions.now ?? Date.now() / 1000;
    const { dataset, ignored } = datasetOf(asker, expressions, now);
    const barred = { ...dataset, ...exclusionsUnder(ids, dataset) };
    const { signals, excluded, had } = audienceOf(barred, (byUser) => byUser, facts.method.settings, ruleOptions);
    Object.assign(audience.signals, signals);
    Object.assign(audience.excluded, excluded);
    Object.assign(audience.had, had ?? noItems());
    current = rulesFor(expressions, dataset, n, now);
    const list = recommender.recommend(0, n);
    const why = reasons ? explain(0, list, current.offerFor(0).factor) : undefined;
    const line = json(list, n, { name: 'user_id', id: asker.user, titles, reasons: why });
    const isComplete = Object.keys(ignored).length === 0;
    return isComplete ? line : `${line.slice(0, -1)},"ignored":${JSON.stringify(ignored)}}`;
  };
}

/** The owner of a list, and what it contains beside items and scores. */
export interface ListHead {
  name: 'user_id' | 'item_id';
  id: string | undefined;
  titles: boolean;
  reasons?: Reasons | undefined;
}

/** Writes a list like a batch run writes it into JSON Lines. @param listLength the maximum length. */
export type ListJson = (list: List, listLength: number, head: ListHead) => string;

/** A function that writes lists of a model. */
export function listJson({ names, facts: { counts } }: ServedModel): ListJson {
  const ids = packedTexts(names.itemIds, jsonText);
  const ofTitles = packedTexts(names.titles, jsonText);
  const cells = packedTexts(causesOf(names), (name) => reasonName(name, 'json'));
  const ofReasons = reasonWriter('json', { cells, counts }, SCORE_DIGITS);
  return (list, listLength, { name, id, titles, reasons }) => {
    const head = packedTexts([id ?? ''], (text) => (id === undefined ? 'null' : jsonText(text)));
    const columns: LineColumn[] = [
      { name, kind: 'user', cells: head },
      { name: 'item_id', kind: 'item', cells: ids },
      { name: 'rank', kind: 'rank' },
      { name: 'score', kind: 'score' },
    ];
    if (titles) columns.push({ name: 'title', kind: 'item', cells: ofTitles });
    if (reasons) columns.push({ name: 'reasons', kind: 'reasons' });
    const layout = { columns, listLength, precision: SCORE_DIGITS, reasons: ofReasons };
    const writer = lineWriter({ format: 'jsonl', ...layout });
    writer.add(0, list, reasons);
    return Buffer.from(writer.finish().lines).toString().trimEnd();
  };
}
