import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { type Failure, ioFailure, isDiskFull, messageOf, tryAgainLater } from '../failure.js';
import type { Io } from '../io.js';
import { STAGES } from '../pipeline/finished/checkpoint.js';
import { type ReportedOptions, type ReportedRun, reportedRun } from '../pipeline/output/output-run.js';
import { explainFolder, type Run } from '../pipeline/run.js';
import { orInterrupted } from '../pipeline/stopping.js';
import { megabytes, plural } from '../quantities.js';
import { removeUnfinished } from '../workers/shard-file.js';
import { shardIndex, type WantedShard } from './engines.js';

/** The options of every process that runs a shard of an array job. */
export type ShardRunOptions = ReportedOptions & { work: string; shard: WantedShard };

/** The run of a shard, and what its work calls as it goes on. */
export interface ShardRun extends ReportedRun {
  /**
   * Tells which shard this is. @param count of shards. @param manifest a file that exists as long as the folder does.
   * @returns the index of the shard, from 0. @throws Failure 2 if there is no such shard.
   */
  begin: (count: number, manifest: string) => number;
  /** Makes the rows of the shard. @param command to run it with. @returns as the work does. @throws Failure 75 if a row cannot be done. */
  make: (rows: () => Promise<void>, command: string) => Promise<string>;
}

/**
 * Runs the process of one shard, which stops, reports and ends as a run does. Another process that runs the same shard makes the same
 * files.
 * @param work returns what became of the shard, as the end of a sentence. @returns 0. @throws whatever the work throws.
 */
export async function runShard(
  options: ShardRunOptions,
  io: Io,
  stage: keyof typeof STAGES,
  work: (shard: ShardRun) => Promise<string>,
): Promise<number> {
  let manifest: string | undefined;
  const runIt = async (job: ReportedRun) => {
    const { run, stages, record } = job;
    let name = '';
    const begin: ShardRun['begin'] = (count, path) => {
      const index = shardIndex(options.shard, count, process.env);
      manifest = path;
      record.shard = { number: index + 1, of: count };
      name = `shard ${index + 1} of ${count} of ${STAGES[stage]}`;
      removeUnfinished(options.work);
      return index;
    };
    const make: ShardRun['make'] = async (rows, command) => {
      await stages.take(stage === 'count' ? 'learning' : STAGES[stage], rows);
      await run.pool.close('gently');
      if (run.lost.length > 0) throw lostRows(run, name, command);
      return `is finished, ${run.seconds().toFixed(1)} s, ${megabytes(run.memory.peak.bytes)} at most`;
    };
    const end = await work({ ...job, begin, make });
    return `${name} ${end}`;
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
