import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '../../failure.js';
import { checkArrays } from '../../files/array-file.js';
import { plural } from '../../report/quantities.js';
import type { Shard } from '../../workers/plan.js';
import type { CountJob, LearnJob, ReadJob, RecommendJob } from '../../workers/protocol.js';
import { type Rows, rowsInName, shardPath } from '../../workers/shard-file.js';
import type { Run } from '../run.js';
import { isKeyed, STAGES } from './checkpoint.js';

/** Rows of a shard; their file is there already (`path`), or they are to be worked. */
export interface Piece {
  shard: Shard;
  path: string | undefined;
}

type StageJob = ReadJob | CountJob | LearnJob | RecommendJob;

/** Less work than this, in bytes or additions, is done before another child is ready for it: about 0.3 s. */
const WORTH_A_CHILD: Record<StageJob['kind'], number> = { read: 1e6, count: 100e6, learn: 100e6, recommend: 30e6 };

/**
 * Has every shard made whose file is not there yet, hands on all files in the order of the rows, and shows how far that has come. A shard
 * that was halved has left files of its parts; these count, and only the gaps between them are worked.
 * @param onFile is given each file with its rows; what it returns is awaited before the next. @param onLost is given each row that no
 * worker could work, in its place among the files.
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
  const work = shards.reduce((total, { cost }) => total + cost, 0);
  const children = Math.max(1, pool.pids().length, Math.ceil(work / WORTH_A_CHILD[job.kind]));
  run.debug(
    `${run.seconds().toFixed(2)} s: ${stage} in ${plural(shards.length, 'shard')} on ${Math.min(children, pool.childrenFor(shards.length))} of ${run.workers} workers`,
  );
  const onFlaw = (flaw: string, { from, to }: Rows) =>
    warn(
      `${job.kind === 'read' ? 'bytes' : 'rows'} ${from} to ${to - 1} of an interrupted run are worked again (${job.kind}): ${flaw}`,
    );
  const cut = piecesIn(
    job.output,
    shards.map((shard) => [shard]),
    onFlaw,
  );
  const pieces = cut.flat();
  const missing = pieces.filter(({ path }) => path === undefined).map(({ shard }, index) => ({ ...shard, index }));
  // A gap beside finished rows of its shard is most likely a row that an interrupted run lost.
  const lostBefore = cut
    .filter((parts) => parts.length > 1)
    .flat()
    .filter(({ path }) => path === undefined).length;
  let done = 0;
  let users = 0;
  const progressed = (cost: number) => {
    done += cost;
    // How far reading has come is told by the bytes of all files.
    if (job.kind !== 'read') run.progress.at(stage, done, work, users);
  };
  const handOnFile = async (path: string, shard: Shard) => {
    await onFile(path, shard);
    if (job.kind === 'recommend') users += shard.to - shard.from;
    progressed(shard.cost);
  };
  let next = 0;
  /** Hands on the files of the rows before that one. */
  const handOn = async (before: number) => {
    for (let piece = pieces[next]; piece && piece.shard.from < before; piece = pieces[++next]) {
      if (piece.path !== undefined) await handOnFile(piece.path, piece.shard);
    }
  };
  if (missing.length > 0) {
    await pool.run(
      job,
      missing,
      async (path, shard) => {
        if (isKeyed(job.output)) directory.syncSoon(path);
        await handOn(shard.from);
        await handOnFile(path, shard);
      },
      async (shard, { message }) => {
        await handOn(shard.from);
        await onLost(shard, message);
        progressed(shard.cost);
      },
      lostBefore,
      children,
    );
  }
  await handOn(Number.POSITIVE_INFINITY);
}

/** True where sound files are there for all rows of the shards. */
export function areFinished(output: string, shards: readonly Shard[]): boolean {
  return piecesIn(output, [shards])[0]?.every(({ path }) => path !== undefined) ?? true;
}

/** The files and gaps that cover the shards of jobs. @param onFlaw is told of files that cannot be used; null: nobody looks into them. */
export function piecesIn(
  output: string,
  jobs: readonly (readonly Shard[])[],
  onFlaw: ((flaw: string, rows: Rows) => void) | null = () => {},
): Piece[][] {
  const files = finishedRows(output);
  const isSound = (rows: Rows) => {
    const flaw = onFlaw && flawOf(shardPath(output, rows));
    if (flaw) onFlaw?.(flaw, rows);
    return !flaw;
  };
  return jobs.map((shards) => shards.flatMap((shard) => piecesOf(shard, files, output, isSound)));
}

/** Why a file cannot be used; undefined where it can. */
function flawOf(path: string): string | undefined {
  try {
    checkArrays(path);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The rows there are files of, the longest first. */
function finishedRows(output: string): Rows[] {
  return readdirSync(dirname(output))
    .flatMap((name) => rowsInName(name, basename(output)) ?? [])
    .sort((a, b) => b.to - b.from - (a.to - a.from));
}

/** A shard as the files and gaps that cover it. @param isSound whether a file can be used. */
function piecesOf(shard: Shard, files: readonly Rows[], output: string, isSound: (rows: Rows) => boolean): Piece[] {
  const inside = files.filter(({ from, to }) => from >= shard.from && to <= shard.to && from < to);
  const pieces: Piece[] = [];
  const add = (rows: Rows, path: string | undefined) => {
    const cost = (shard.cost * (rows.to - rows.from)) / (shard.to - shard.from);
    pieces.push({ shard: { ...shard, ...rows, cost }, path });
  };
  let gap = shard.from;
  for (let at = shard.from; at < shard.to; ) {
    const found = inside.find((rows) => rows.from === at && isSound(rows));
    if (!found) {
      const behind = at;
      at = Math.min(...inside.filter(({ from }) => from > behind).map(({ from }) => from), shard.to);
      continue;
    }
    if (gap < at) add({ from: gap, to: at }, undefined);
    add(found, shardPath(output, found));
    at = found.to;
    gap = at;
  }
  if (gap < shard.to) add({ from: gap, to: shard.to }, undefined);
  return pieces;
}
