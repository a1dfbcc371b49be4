import { parseExpression } from '../src/conditions/expression.js';
import type { Kernel } from '../src/kernels/kernel.js';
import { algorithmNamed } from '../src/model/algorithms.js';
import { evidenceOf, type Observations } from '../src/model/evidence.js';
import { needsGram } from '../src/model/signals.js';
import { planRules } from '../src/pipeline/rules/plan.js';
import { explainer } from '../src/ranking/explainer.js';
import { Recommender } from '../src/ranking/recommender.js';
import { scoresOf } from '../src/ranking/scores.js';
import { listRules } from '../src/rules/list-rules.js';
import { packed } from '../src/rules/packed.js';
import type { RuleValues } from '../src/rules/rules.js';
import { countedRows, LIST, scoringScene } from './stages.js';

const CATEGORIES = 40;
const COUNTRIES = ['FR', 'DE', 'ES', 'IT', 'PL'];

interface Rules {
  where?: string;
  lists?: RuleValues;
  /** For each user, some items are excluded, or only these are candidates. */
  pairs?: 'excluded' | 'candidates';
  /** Each score is explained by its parts. */
  reasons?: true;
}

const FILTERS: Record<string, Rules> = {
  'where, by item': { where: 'price < 80' },
  'where, by user': { where: 'not (item.country = user.country)' },
  'exclude-pairs': { pairs: 'excluded' },
};
const SHAPES: Record<string, Rules> = {
  'max-per': { lists: { maxPer: [{ column: 'category', most: 2 }] } },
  'popularity-penalty': { lists: { popularityPenalty: 0.3 } },
  'boost-where, by item': { lists: { boostWhere: [{ where: 'price < 10', factor: 1.2 }] } },
  'boost-where, by user': { lists: { boostWhere: [{ where: 'item.country = user.country', factor: 1.2 }] } },
  explore: { lists: { explore: 0.1 } },
  'min-score': { lists: { minScore: 1e-6 } },
};
const DIVERSITY: Rules = { lists: { diversity: 0.3 } };

/** All rules at once; of two with the same option, the later one. */
function together(...some: Rules[]): Rules {
  return Object.assign({}, ...some, { lists: Object.assign({}, ...some.map(({ lists }) => lists)) });
}

const CASES: Record<string, Rules> = {
  'without rules': {},
  ...FILTERS,
  'all filters': together(...Object.values(FILTERS)),
  candidates: { pairs: 'candidates' },
  ...SHAPES,
  diversity: DIVERSITY,
  reasons: { reasons: true },
  'all rules': together(...Object.values(FILTERS), ...Object.values(SHAPES), DIVERSITY),
};

/** Scoring and formatting, first without rules and then with each of them; `run` does it once and returns the seconds. */
export function ruleBenches(
  seen: Observations,
  algorithm: string,
  kernel: Kernel,
): { name: string; run: () => number }[] {
  const settings = algorithmNamed(algorithm)!.settings;
  const evidence = evidenceOf(seen, settings);
  const { items, users } = evidence;
  const counted = needsGram(settings) ? countedRows(evidence, settings, kernel) : undefined;
  const { model, audience, popularity, serve } = scoringScene(seen, evidence, settings, counted, kernel);
  const cellsOf = (count: number, cell: (at: number) => string) => Array.from({ length: count }, (_, at) => cell(at));
  const country = (at: number) => COUNTRIES[at % COUNTRIES.length]!;
  const dataset = {
    itemIds: cellsOf(items, String),
    userIds: cellsOf(users, String),
    served: users,
    offered: audience.offered,
    itemColumns: [
      { name: 'category', cells: cellsOf(items, (item) => `c${(item * 7919) % CATEGORIES}`) },
      { name: 'price', cells: cellsOf(items, (item) => String((item * 31) % 97)) },
      { name: 'country', cells: cellsOf(items, country) },
    ],
    userColumns: [{ name: 'country', cells: cellsOf(users, country) }],
  };
  const scores = scoresOf(model, audience.signals, kernel.sumsOf);
  const perUser = Math.min(50, items);
  const some = {
    rows: users,
    columns: items,
    start: Uint32Array.from({ length: users + 1 }, (_, user) => user * perUser),
    index: Uint32Array.from({ length: users * perUser }, (_, at) => (at * 37) % items),
    value: new Float32Array(users * perUser).fill(1),
  };
  const recommenderWith = ({ where, lists = {}, pairs }: Rules): Recommender => {
    const ids = { minHistory: 0, coldUsers: 'popular', includeSeen: false, allowed: undefined } as const;
    const conditions = where === undefined ? [] : [parseExpression(where, '--where')];
    const options = { ...ids, seed: 1, lists, where: conditions, availability: 'ignore', read: lists };
    const { plans, ...rules } = planRules(
      options as never,
      ids as never,
      dataset as never,
      { listLength: LIST, now: 0 },
      () => {},
    );
    const { spec, arrays } = packed({ users: Uint32Array.from(Array(users).keys()), where: rules.where, plans });
    const facts = { items, popularity, offered: rules.offered, rows: model.rows };
    const isOn = rules.where.length + Object.keys(plans).length > 0;
    return new Recommender(
      model,
      {
        ...audience,
        offered: rules.offered,
        ...(pairs && (pairs === 'excluded' ? { excluded: some } : { candidates: some })),
      },
      LIST,
      scores,
      isOn ? listRules(spec, arrays, facts, model.scales.prior) : undefined,
    );
  };
  return Object.entries(CASES).map(([name, rules]) => ({
    name,
    run: () => {
      const recommender = recommenderWith(rules);
      const explain = rules.reasons && explainer(model, scores, LIST, 3);
      const startedAt = performance.now();
      serve(recommender, explain);
      return (performance.now() - startedAt) / 1000;
    },
  }));
}
