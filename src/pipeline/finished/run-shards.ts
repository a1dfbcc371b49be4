import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '../../failure.js';
import { checkArrays } from '../../files/array-file.js';
import { plural } from '../../quantities.js';
import type { Shard } from '../../workers/plan.js';
import type { CountJob, LearnJob, ReadJob, RecommendJob } from '../../workers/protocol.js';
import { type Rows, rowsInName, shardPath } from '../../workers/shard-file.js';
import type { Run } from '../run.js';
import { isKeyed, STAGES } from './checkpoint.js';

type StageJob = ReadJob | CountJob | LearnJob | RecommendJob;

/** Less work than this, in bytes or additions, is done before another child could start: about 0.3 s. */
const WORTH_A_CHILD: Record<StageJob['kind'], number> = { read: 1e6, count: 100e6, learn: 100e6, recommend: 30e6 };

/**
 * Runs every shard that has no file yet, delivers all files in the order of the rows, and shows the progress. The parts of a halved shard
 * have files of their own: these are used, and only the gaps between them are run.
 * @param onFile gets each file with its rows; the promise that it returns is awaited before the next call. @param onLost gets each row that
 * no worker could do, in the same order.
 */
export async function runShards(
  run: Run,
  job: StageJob,
  shards: readonly Shard[],
  onFile: (path: string, shard: Shard) => void | Promise<void>,
  onLost: (shard: Shard, why: string) => void | Promise<void>,
): Promise<void> {
  const { pool, directory, warn } = run;
  const stage = STAGES[job.kind];
  const totalCost = shards.reduce((total, { cost }) => total + cost, 0);
  const children = Math.max(1, pool.pids().length, Math.ceil(totalCost / WORTH_A_CHILD[job.kind]));
  const used = Math.max(1, Math.min(children, run.workers, shards.length));
  run.debug(
    `${run.seconds().toFixed(2)} s: ${stage} in ${plural(shards.length, 'shard')} on ${used} of ${run.workers} workers`,
  );
  const onFlaw = (flaw: string, { from, to }: Rows) =>
    warn(
      `${job.kind === 'read' ? 'bytes' : 'rows'} ${from} to ${to - 1} of an interrupted run are done again (${job.kind}): ${flaw}`,
    );
  const eachAlone = shards.map((shard) => [shard]);
  const pieces = piecesIn(job.output, eachAlone, onFlaw);
  // A gap beside finished rows of its shard is most likely a row that an interrupted run lost.
  const besideFinished = pieces.filter((parts) => parts.length > 1).flat();
  const lostBefore = besideFinished.filter(({ path }) => path === undefined).length;
  let done = 0;
  let users = 0;
  const progressed = (cost: number) => {
    done += cost;
    // The readers report the progress of reading, in bytes of all files.
    if (job.kind !== 'read') run.progress.at(stage, done, totalCost, users);
  };
  await pool.run(
    job,
    pieces.flat().map((piece, index) => ({ ...piece, index })),
    async (path, shard) => {
      if (shard.path === undefined && isKeyed(job.output)) directory.syncSoon(path);
      await onFile(path, shard);
      if (job.kind === 'recommend') users += shard.to - shard.from;
      progressed(shard.cost);
    },
    async (shard, { message }) => {
      await onLost(shard, message);
      progressed(shard.cost);
    },
    lostBefore,
    children,
  );
}

/** True if all rows of the shards have undamaged files. */
export function areFinished(output: string, shards: readonly Shard[]): boolean {
  return piecesIn(output, [shards])[0]?.every(({ path }) => path !== undefined) ?? true;
}

/** The parts of the shards of each job: those with a file, and the gaps between them. @param onFlaw is called for damaged files; null: files are not checked. */
export function piecesIn(
  output: string,
  jobs: readonly (readonly Shard[])[],
  onFlaw: ((flaw: string, rows: Rows) => void) | null = () => {},
): Shard[][] {
  const files = finishedRows(output);
  const isSound = (rows: Rows) => {
    try {
      if (onFlaw) checkArrays(shardPath(output, rows));
      return true;
    } catch (error) {
      onFlaw?.(messageOf(error), rows);
      return false;
    }
  };
  return jobs.map((shards) => shards.flatMap((shard) => piecesOf(shard, files, output, isSound)));
}

/** The row ranges that have files, in the order of the rows; of those that begin alike, the longest first. */
function finishedRows(output: string): Rows[] {
  return readdirSync(dirname(output))
    .flatMap((name) => rowsInName(name, basename(output)) ?? [])
    .sort((a, b) => a.from - b.from || b.to - a.to);
}

/** The parts of a shard, with their files, and the gaps between them. @param isSound whether a file can be used. */
function piecesOf(shard: Shard, files: readonly Rows[], output: string, isSound: (rows: Rows) => boolean): Shard[] {
  const pieces: Shard[] = [];
  const add = (from: number, to: number, path: string | undefined) => {
    const cost = (shard.cost * (to - from)) / (shard.to - shard.from);
    if (from < to) pieces.push({ ...shard, from, to, cost, path });
  };
  let done = shard.from;
  for (const rows of files) {
    const { from, to } = rows;
    if (from < done || to > shard.to || from >= to || !isSound(rows)) continue;
    add(done, from, undefined);
    add(from, to, shardPath(output, rows));
    done = to;
  }
  add(done, shard.to, undefined);
  return pieces;
}
