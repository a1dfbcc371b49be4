import type { Io } from '../io.js';
import type { ShardStage } from '../pipeline/finished/checkpoint.js';
import { areFinished, runShards } from '../pipeline/finished/run-shards.js';
import { type Arranged, countPairs, fitRows, notCounted } from '../pipeline/learning/learn.js';
import { recommendJob } from '../pipeline/recommend.js';
import type { Run } from '../pipeline/run.js';
import type { Shard } from '../workers/plan.js';
import { readStatistics } from '../workers/run-files.js';
import { audienceOf, type Part, type PlannedWork, planPath, readPlan, shardCommand } from './plan-file.js';
import { runShard, type ShardRunOptions } from './shard-run.js';

/** The options of a process that runs a planned shard. */
export interface ShardOptions extends ShardRunOptions {
  stage: ShardStage;
}

/** The files of the plan that each stage reads. */
const READS: Readonly<Record<ShardStage, readonly Part[]>> = {
  count: ['evidence', 'statistics'],
  learn: ['evidence', 'statistics'],
  recommend: ['statistics', 'factors', 'rules', 'cells'],
};

/**
 * Runs a planned shard: makes those of its pieces that do not exist yet.
 * @returns, @throws as `runShard`; Failure 75 also if an earlier stage is not finished, 65 and 66 as `readPlan`.
 */
export async function runPlannedShard(options: ShardOptions, io: Io): Promise<number> {
  const { work, stage } = options;
  return runShard(options, io, stage, async ({ run, memory, record, begin, make }) => {
    const planned = readPlan(work, options.version);
    const { shards, cuts, method, sizes } = planned.plan;
    record.method = { ...method, auto: null };
    const index = begin(shards, planPath(work));
    const mine = cuts[stage][index] ?? [];
    if (mine.length === 0) return 'has no rows';
    if (areFinished(planned.output(stage), mine)) return 'was finished already';
    planned.requireParts([...READS[stage], ...(stage === 'recommend' ? [audienceOf(index)] : [])]);
    const share = stage === 'recommend' ? rowsOf(mine) / rowsOf(cuts.recommend.flat()) : 1;
    await memory.shard({ ...sizes, interactions: Math.ceil(share * sizes.interactions) });
    return make(() => WORK[stage](run, planned, mine, index), shardCommand(stage, work, `${index + 1}`));
  });
}

function rowsOf(shards: readonly Shard[]): number {
  return shards.reduce((total, { from, to }) => total + to - from, 0);
}

type Work = (run: Run, planned: PlannedWork, mine: Shard[], index: number) => Promise<void>;

/** Makes the pieces of a shard, with the same steps as a run. */
const WORK: Readonly<Record<ShardStage, Work>> = {
  async count(run, planned, mine) {
    await countPairs(run, arrangedIn(planned, { count: mine }), planned.plan.method.settings);
  },
  async learn(run, planned, mine) {
    const { settings } = planned.plan.method;
    planned.finished('count', run.warn);
    await fitRows(run, await countPairs(run, arrangedIn(planned, { learn: mine }), settings), settings);
  },
  async recommend(run, planned, mine, index) {
    const { method, output, columns, rules, rulesHash: hash } = planned.plan;
    planned.finished('learn', run.warn);
    const learned = await fitRows(run, notCounted(arrangedIn(planned)), method.settings);
    const serving = {
      hash,
      audience: planned.path(audienceOf(index)),
      rules: rules === null ? undefined : { spec: rules, arrays: planned.path('rules') },
    };
    const layout = { ...output, columns, cells: planned.path('cells') };
    const job = recommendJob(run, output.top, serving, learned, layout);
    const lose = ({ from }: Shard, why: string) => void run.lost.push({ what: 'user', index: from, why });
    await runShards(run, job, mine, () => {}, lose);
  },
};

/** The arranged data of the plan. @param mine the shards of a stage to use instead of all. */
function arrangedIn(planned: PlannedWork, mine: Partial<Arranged['cuts']> = {}): Arranged {
  const { counts, cuts, key } = planned.plan;
  return {
    facts: readStatistics(planned.path('statistics')),
    counts,
    evidencePath: planned.path('evidence'),
    factors: planned.plan.factors ? Promise.resolve(planned.path('factors')) : undefined,
    cuts: { count: cuts.count.flat(), learn: cuts.learn.flat(), ...mine },
    key,
  };
}
