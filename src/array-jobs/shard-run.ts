import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { type Failure, ioFailure, isDiskFull, messageOf, tryAgainLater } from '../failure.js';
import type { Io } from '../io.js';
import { STAGES } from '../pipeline/finished/checkpoint.js';
import type { withinMemory } from '../pipeline/memory-limit.js';
import type { RunRecord } from '../pipeline/output/outcome.js';
import { type ReportedOptions, type ReportedRun, reportedRun } from '../pipeline/output/output-run.js';
import { explainFolder, type Run } from '../pipeline/run.js';
import { orInterrupted } from '../pipeline/stopping.js';
import { megabytes, plural } from '../quantities.js';
import { removeUnfinished } from '../workers/shard-file.js';
import { shardIndex, type WantedShard } from './engines.js';

/** The options of every process that runs a shard of an array job. */
export type ShardRunOptions = ReportedOptions & { work: string; shard: WantedShard };

/** The shards of a stage, as the process of one of them sees them. */
export interface StageShards {
  count: number;
  method?: RunRecord['method'];
  /** A file that exists as long as the folder does. */
  manifest: string;
  /** @param index from 0. */
  at: (index: number) => StageShard;
}

export interface StageShard {
  /** If there is nothing to do, the end of a sentence that says why; undefined: there is work to do. */
  done: string | undefined;
  /** Checks that the shard can be run. */
  check: (memory: ReturnType<typeof withinMemory>) => Promise<void>;
  work: () => Promise<void>;
  /** The command that runs it. */
  command: string;
}

/**
 * Runs the process of one shard, which stops, reports and ends as a run does. Another process that runs the same shard makes the same
 * files.
 * @returns 0. @throws Failure 2 if there is no such shard, 75 if a row cannot be done, and whatever `open` and the work throw.
 */
export async function runShard(
  options: ShardRunOptions,
  io: Io,
  stage: keyof typeof STAGES,
  open: (run: Run) => StageShards | Promise<StageShards>,
): Promise<number> {
  let manifest: string | undefined;
  const runIt = async ({ run, memory, stages, record }: ReportedRun) => {
    const all = await open(run);
    if (all.method) record.method = all.method;
    const index = shardIndex(options.shard, all.count, process.env);
    manifest = all.manifest;
    record.shard = { number: index + 1, of: all.count };
    const name = `shard ${index + 1} of ${all.count} of ${STAGES[stage]}`;
    const { done, check, work, command } = all.at(index);
    removeUnfinished(options.work);
    if (done === undefined) {
      await check(memory);
      await stages.take(stage === 'count' ? 'learning' : STAGES[stage], work);
      await run.pool.close('gently');
      if (run.lost.length > 0) throw lostRows(run, name, command);
    }
    const spent = `is finished, ${run.seconds().toFixed(1)} s, ${megabytes(run.memory.peak.bytes)} at most`;
    return `${name} ${done ?? spent}`;
  };
  return reportedRun(
    options,
    io,
    [{ stage: STAGES[stage], weight: 1 }],
    [],
    (job) => orInterrupted(job.stop.signal, () => runIt(job)),
    (thrown, { run }) => (manifest === undefined ? thrown : explainFailure(thrown, run, options.work, manifest)),
  );
}

function lostRows({ lost }: Run, name: string, command: string): Failure {
  const rows = lost.slice(0, 3).map(({ index, why }) => `row ${index}: ${why}`);
  return tryAgainLater(
    `${plural(lost.length, 'row')} of ${name} could not be done; all others are finished:\n  ${rows.join('\n  ')}\n  ${command}`,
  );
}

/** Names the shared folder in failures of its file system. */
function explainFailure(thrown: unknown, run: Run, work: string, manifest: string): unknown {
  if (!existsSync(manifest)) {
    const why = `the ${basename(manifest)} in ${work} was removed, or the folder is no longer mounted`;
    return ioFailure(why, thrown);
  }
  if (!isDiskFull(thrown)) return explainFolder(thrown, run);
  const why = `no room in ${work}, or in ${tmpdir()} (TMPDIR)`;
  return ioFailure(`${why}: ${messageOf(thrown)}; make room, and run the shard again`, thrown);
}
