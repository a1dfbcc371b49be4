import type { Dataset } from '../dataset/dataset.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import type { Ranking } from '../evaluation/evaluation.js';
import { listsFrom } from '../evaluation/lists.js';
import { type Holdout, sampleKeysOf } from '../evaluation/split.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { scoringCosts } from '../ranking/audience.js';
import type { ExplainedList } from '../report/explanation.js';
import { MIN_SHARD_COST, planShards } from '../workers/plan.js';
import { readLists } from '../workers/run-files.js';
import { discardLearned, type Learned, learn } from './learning/learn.js';
import { methodOfSpec } from './learning/method.js';
import { chooseSettings } from './learning/tune.js';
import { recommendJob, serve } from './recommend.js';
import type { PlannedRules } from './rules/plan.js';
import { planServing } from './rules/serving.js';
import type { Run } from './run.js';

/**
 * Learns with an algorithm and recommends to some users, in shards as a real run does.
 * @param spec the algorithm, as `--algorithms` names it. @param users rising user indices. @param count length of a list, at most.
 * @param like how the lists will be evaluated: `auto` tunes for it. @param examined users to examine more closely (rising user
 * indices), and the number of reasons per item in their lists.
 */
export async function recommendLists(
  run: Run,
  spec: string,
  dataset: Dataset,
  users: Uint32Array,
  count: number,
  rules: PlannedRules,
  like?: Pick<Holdout, 'kind' | 'holdout'>,
  examined?: { users: Uint32Array; reasons: number },
): Promise<Ranking> {
  const startedAt = run.seconds();
  const { settings, auto } = await chooseSettings(run, dataset, methodOfSpec(spec), like);
  const counting = countingInteractions(dataset);
  const learned = await learn(run, counting, () => sampleKeysOf(counting), settings);
  const learnedAt = run.seconds();
  const serving = planServing(run, rules, counting, users, settings);
  const job = recommendJob(run, count, serving, learned, undefined);
  const lengths = new Uint32Array(users.length);
  const parts: Uint32Array[] = [];
  const scores: Float64Array[] = [];
  await run.pool.run(
    job,
    planShards(scoringCosts(serving.signals, learned.cellsPerRow), MIN_SHARD_COST),
    (path, { from, to }) => {
      const { lists } = readLists(path);
      run.directory.discard([path]);
      if (!('items' in lists)) throw new RangeError('the lists are of another format');
      parts.push(lists.items);
      if (examined) scores.push(lists.scores);
      lengths.set(lists.lengths, from);
      run.progress.at('recommending', to, users.length, to);
    },
    // A lost user keeps an empty list, which has no hits.
    ({ from, to }, { message: why }) => {
      for (const index of users.subarray(from, to)) run.lost.push({ what: 'user', index, why });
    },
  );
  const recommendedAt = run.seconds();
  const explained = examined && {
    scores: scores.flatMap((part) => Array.from(part)),
    // The planning above has warned of everything already.
    lists: await explainedLists({ ...run, warn: () => {} }, dataset, examined.users, rules, learned, {
      top: count,
      reasons: examined.reasons,
    }),
  };
  run.directory.discard([serving.audience, ...(serving.rules ? [serving.rules.arrays] : [])]);
  discardLearned(run, learned);
  return {
    algorithm: spec,
    lists: listsFrom(lengths, parts),
    learnSeconds: learnedAt - startedAt,
    recommendSeconds: recommendedAt - learnedAt,
    explanation: auto?.explanation,
    ...(explained && { explained }),
  };
}

const LAYOUT = {
  format: 'jsonl' as const,
  outputColumns: ['user_id', 'item_id', 'title', 'rank', 'score', 'source', 'reasons'],
  precision: SCORE_DIGITS,
  safeCsv: false,
};

/** Makes lists with reasons, in the order of the users, as `recommend score` would. @param users rising user indices. */
export async function explainedLists(
  run: Run,
  dataset: Dataset,
  users: Uint32Array,
  rules: PlannedRules,
  learned: Pick<Learned, 'model' | 'settings' | 'cellsPerRow' | 'key'>,
  { top, reasons }: { top: number; reasons: number },
): Promise<ExplainedList[]> {
  const serving = planServing(run, rules, countingInteractions(dataset), users, learned.settings);
  const parts: Uint8Array[] = [];
  const collect = {
    write: async (bytes: Uint8Array | string) => parts.push(Buffer.from(bytes)) > 0,
    commit: async () => {},
    abandon: () => {},
  };
  await serve(run, { ...LAYOUT, top, reasons }, dataset, serving, learned, collect);
  const lines = Buffer.concat(parts).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
