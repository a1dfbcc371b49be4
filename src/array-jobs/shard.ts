import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ExitCode, Failure, isDiskFull, messageOf } from '../failure.js';
import type { Io } from '../io.js';
import { type ShardStage, STAGES } from '../pipeline/checkpoint.js';
import { explainFolder } from '../pipeline/folder-failures.js';
import { type Arranged, countPairs, fitRows, notCounted } from '../pipeline/learn.js';
import { withinMemory } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import { type Ending, keepOutcome } from '../pipeline/outcome.js';
import { recommendJob } from '../pipeline/recommend.js';
import { type Run, Stages, startRun } from '../pipeline/run.js';
import { areFinished, runShards } from '../pipeline/run-shards.js';
import { orInterrupted, stopping } from '../pipeline/stopping.js';
import type { LogOptions } from '../report/log.js';
import { megabytes, plural } from '../report/quantities.js';
import type { RunRecord } from '../report/summary.js';
import type { Shard } from '../workers/plan.js';
import { readStatistics } from '../workers/run-files.js';
import { removeUnfinished } from '../workers/shard-file.js';
import { shardIndex, type WantedShard } from './engines.js';
import { commandOf, type Part, PlannedWork, planPath } from './plan-file.js';

/** The options of a process that works a shard of an array job. */
export interface ShardOptions
  extends LogOptions,
    Pick<Options, 'workers' | 'balance' | 'maxMemory' | 'maxDuration' | 'summary' | 'metricsFile' | 'version'> {
  work: string;
  stage: ShardStage;
  shard: WantedShard;
}

/** What each stage reads of the plan. */
const READS: Readonly<Record<ShardStage, readonly Part[]>> = {
  count: ['evidence', 'statistics'],
  learn: ['evidence', 'statistics'],
  recommend: ['statistics', 'factors', 'audience', 'rules', 'cells'],
};

/**
 * Works a shard of an array job: makes those of its pieces that are not there. Another process that works the same shard makes the same files.
 * @returns 0. @throws Failure 75 where a stage before is not finished, or a row cannot be worked; 65 and 66 as `PlannedWork` has it.
 */
export async function workShard(options: ShardOptions, io: Io): Promise<number> {
  const { work, stage } = options;
  const run = startRun({ ...options, stages: [{ stage: STAGES[stage], weight: 1 }] }, io);
  const stages = new Stages(run);
  const record: RunRecord = { paths: [], files: [], stages: stages.taken, retries: run.retries };
  let shard: { number: number; of: number } | undefined;
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  const stop = stopping(io.interrupted, options.maxDuration);
  try {
    const memory = withinMemory(run, options, stop.stop, () => stages.current);
    await orInterrupted(stop.signal, async () => {
      const planned = PlannedWork.in(work, options.version);
      const { shards, cuts, method } = planned.plan;
      record.method = { ...method, auto: null };
      const number = 1 + shardIndex(options.shard, shards, process.env);
      shard = { number, of: shards };
      const mine = cuts[stage][number - 1] ?? [];
      const name = `shard ${number} of ${shards} of ${STAGES[stage]}`;
      removeUnfinished(work);
      if (areFinished(planned.output(stage), mine)) {
        ending = { ...DONE, message: `${name} ${mine.length === 0 ? 'has no rows' : 'was finished already'}` };
        return;
      }
      planned.requireParts(READS[stage]);
      await memory.shard(planned.plan.sizes);
      await stages.take(stage === 'recommend' ? 'recommending' : 'learning', () => WORK[stage](run, planned, mine));
      await run.pool.close('gently');
      if (run.lost.length > 0) throw lostRows(run, name, commandOf(stage, work, `${number}`));
      const spent = `${run.seconds().toFixed(1)} s, ${megabytes(run.memory.peak.bytes)} at most`;
      ending = { ...DONE, message: `${name} is finished, ${spent}` };
    });
    return ExitCode.ok;
  } catch (thrown) {
    const error = shard ? explained(thrown, run, work) : thrown;
    const exitCode = error instanceof Failure ? error.exitCode : ExitCode.unexpected;
    ending = { exitCode, error: messageOf(error), message: '', interrupted: io.interrupted.aborted };
    throw error;
  } finally {
    stop.clear();
    await run.end();
    const worked = { ...options, shard: shard ?? options.shard };
    await keepOutcome(run, worked, record, ending);
  }
}

const DONE = { exitCode: ExitCode.ok, error: null, interrupted: false };

/** How the pieces of a shard are made, by the steps that a run takes for all. */
const WORK: Readonly<Record<ShardStage, (run: Run, planned: PlannedWork, mine: readonly Shard[]) => Promise<void>>> = {
  async count(run, planned, mine) {
    await countPairs(run, arrangedIn(planned, 'count', mine), planned.plan.method.settings);
  },
  async learn(run, planned, mine) {
    const { settings } = planned.plan.method;
    planned.finished('count', run.warn);
    const counted = await countPairs(run, arrangedIn(planned), settings);
    await fitRows(run, { ...counted, cuts: arrangedIn(planned, 'learn', mine).cuts }, settings);
  },
  async recommend(run, planned, mine) {
    const { method, output, columns, rules, rulesHash: hash } = planned.plan;
    planned.finished('learn', run.warn);
    const learned = await fitRows(run, notCounted(arrangedIn(planned)), method.settings);
    const serving = {
      hash,
      audience: planned.path('audience'),
      rules: rules === null ? undefined : { spec: rules, arrays: planned.path('rules') },
    };
    const layout = { ...output, columns, cells: planned.path('cells') };
    const job = recommendJob(run, output.top, serving, learned, layout);
    const lose = ({ from }: Shard, why: string) => void run.lost.push({ what: 'user', index: from, why });
    await runShards(run, job, mine, () => {}, lose);
  },
};

/** What was arranged, as the plan has it. @param mine instead of all shards of a stage. */
function arrangedIn(planned: PlannedWork, stage?: 'count' | 'learn', mine: readonly Shard[] = []): Arranged {
  const { counts, cuts, key } = planned.plan;
  const all = { count: cuts.count.flat(), learn: cuts.learn.flat() };
  return {
    facts: readStatistics(planned.path('statistics')),
    counts,
    evidencePath: planned.path('evidence'),
    factors: planned.plan.factors ? Promise.resolve(planned.path('factors')) : undefined,
    cuts: stage === undefined ? all : { ...all, [stage]: mine },
    key,
  };
}

function lostRows({ lost }: Run, name: string, command: string): Failure {
  const rows = lost.slice(0, 3).map(({ index, why }) => `row ${index}: ${why}`);
  return new Failure(
    ExitCode.tryAgain,
    `${plural(lost.length, 'row')} of ${name} could not be worked, and all others are finished:\n  ${rows.join('\n  ')}\n  ${command}`,
  );
}

function explained(thrown: unknown, run: Run, work: string): unknown {
  if (!existsSync(planPath(work)))
    return new Failure(ExitCode.io, `the plan in ${work} was removed, or the folder is mounted no more`, {
      cause: thrown,
    });
  if (!isDiskFull(thrown)) return explainFolder(thrown, run);
  const why = `no room in ${work}, or in ${tmpdir()} (TMPDIR)`;
  return new Failure(ExitCode.io, `${why}: ${messageOf(thrown)}; make room, and run the shard again`, {
    cause: thrown,
  });
}
