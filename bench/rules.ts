import { quotedCells } from '../src/csv/quoting.js';
import type { Kernel } from '../src/kernels/kernel.js';
import { StackedRows } from '../src/matrix/stacked-rows.js';
import { algorithmNamed } from '../src/model/algorithms.js';
import { gramRows } from '../src/model/counting.js';
import { evidenceOf, type Observations } from '../src/model/evidence.js';
import { Fitter, needsGram, signalCounts } from '../src/model/fit.js';
import { statisticsOf } from '../src/model/row-normalisation.js';
import { LineWriter } from '../src/output/list-lines.js';
import { planRules } from '../src/pipeline/rules.js';
import { audienceOf } from '../src/ranking/audience.js';
import { modelOf } from '../src/ranking/model.js';
import { Recommender } from '../src/ranking/recommender.js';
import { scoresOf } from '../src/ranking/scores.js';
import { listRules } from '../src/rules/list-rules.js';
import { packed } from '../src/rules/packed.js';
import type { RuleValues } from '../src/rules/rules.js';

const LIST = 10;
const USERS_STEP = 7;
const CATEGORIES = 40;
const COUNTRIES = ['FR', 'DE', 'ES', 'IT', 'PL'];

/** What each rule is given, and all of them at once. */
const RULES: Record<string, RuleValues> = {
  'max-per': { maxPer: [{ column: 'category', most: 2 }] },
  diversity: { diversity: 0.3 },
  'popularity-penalty': { popularityPenalty: 0.3 },
  'boost-where': { boostWhere: [{ where: 'price < 10', factor: 1.2 }] },
  'boost-where, by user': { boostWhere: [{ where: 'item.country = user.country', factor: 1.2 }] },
  explore: { explore: 0.1 },
  'min-score': { minScore: 0.01 },
};

/** Scoring and formatting without rules, and with each rule; `run` does it once and takes so many seconds. */
export function ruleBenches(
  seen: Observations,
  algorithm: string,
  kernel: Kernel,
): { name: string; run: () => number }[] {
  const settings = algorithmNamed(algorithm)!.settings;
  const evidence = evidenceOf(seen, settings);
  const { items, users } = evidence;
  const all = needsGram(settings) ? gramRows(evidence, settings, kernel)(0, items) : undefined;
  const counted = all && {
    candidates: new StackedRows([all.candidates], [0], items),
    pairs: new StackedRows([all.pairs], [0], items),
  };
  const { rows, precision } = new Fitter(evidence, settings, counted, kernel).rows(0, items);
  const statistics = statisticsOf(evidence, precision);
  const model = modelOf(signalCounts(evidence), [rows], [0], statistics, settings);
  const nothing = { start: new Uint32Array(users + 1), index: new Uint32Array(0), value: new Float32Array(0) };
  const known = { ...seen, times: undefined, excluded: { ...seen.interactions, ...nothing } };
  const audience = audienceOf(known, (byUser) => byUser, settings, { includeSeen: false });
  const ids = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1));
  const cells = { users: quotedCells(ids(users)), items: quotedCells(ids(items)), titles: undefined };
  const cellsOf = (count: number, cell: (at: number) => string) => Array.from({ length: count }, (_, at) => cell(at));
  const country = (at: number) => COUNTRIES[at % COUNTRIES.length]!;
  const dataset = {
    itemIds: ids(items),
    userIds: ids(users),
    served: users,
    offered: audience.offered,
    itemColumns: [
      { name: 'category', cells: cellsOf(items, (item) => `c${(item * 7919) % CATEGORIES}`) },
      { name: 'price', cells: cellsOf(items, (item) => String((item * 31) % 97)) },
      { name: 'country', cells: cellsOf(items, country) },
    ],
    userColumns: [{ name: 'country', cells: cellsOf(users, country) }],
  };
  const facts = { items, popularity: statistics.popularity, offered: audience.offered, rows: model.rows };
  const scores = scoresOf(model, audience.signals, kernel.sumsOf);
  const runOf = (read: RuleValues | undefined) => () => {
    const given = { includeSeen: false, seed: 1, lists: {}, read: read ?? {} };
    const { plans } = planRules(given, dataset as never, { listLength: LIST, now: 0, dayOrder: undefined }, () => {});
    const { spec, arrays } = packed({ users: Uint32Array.from({ length: users }, (_, user) => user), plans });
    const rules = read && listRules(spec, arrays, facts, model.scales.prior);
    const recommender = new Recommender(model, audience, LIST, scores, rules);
    const lines = new LineWriter('csv', cells, LIST);
    const startedAt = performance.now();
    for (let user = 0; user < users; user += USERS_STEP) lines.add(user, recommender.recommend(user));
    lines.finish();
    return (performance.now() - startedAt) / 1000;
  };
  const together: RuleValues = Object.assign({}, ...Object.values(RULES));
  return Object.entries({ 'without rules': undefined, ...RULES, 'all of them': together }).map(([name, read]) => ({
    name,
    run: runOf(read),
  }));
}
