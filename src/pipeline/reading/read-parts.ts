import { existsSync, fstatSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { displayName } from '../../csv/failures.js';
import type { EventsTask } from '../../events/range-part.js';
import type { Range, RangeWorkers } from '../../events/read-events.js';
import { withFile } from '../../files/array-file.js';
import { plural } from '../../quantities.js';
import type { Shard } from '../../workers/plan.js';
import type { ReadJob } from '../../workers/protocol.js';
import { readRangePart, releaseRangePart } from '../../workers/range-file.js';
import { keyedPath, keyOf } from '../finished/checkpoint.js';
import { hashOf } from '../finished/hash.js';
import { piecesIn, runShards } from '../finished/run-shards.js';
import type { Run } from '../run.js';

/*
 * Parts of event files: the events of a range of bytes, or of a whole file. The children of a run make them for that run only. In the
 * folder of an array job they are finished shards that `recommend read` made on any machine; the run that plans uses them.
 */

const READING = 'reading';

/** The file in an array job's folder which says that jobs of their own read the input files. */
export function readingPath(work: string): string {
  return join(work, READING);
}

/** The job that reads a file for all processes that share a folder. Its key depends on the file and on how it is read. */
export function sharedReadJob(work: string, version: string, task: EventsTask): ReadJob {
  const { path, source, ...how } = task;
  const { path: _, ...cut } = { ...source, path };
  return { kind: 'read', task, output: keyedPath(work, 'read', keyOf(version, how, cut, fingerprint(path))) };
}

export function shardsOf(ranges: readonly Range[]): Shard[] {
  return ranges.map(({ from, to }, index) => ({ index, from, to, cost: to - from, whole: true }));
}

/** Removes the parts that were read for a plan, once the plan exists. */
export function removeReading(work: string): void {
  // Possibly also an unfinished `reading` file.
  const left = readdirSync(work).filter((name) => /^(read-[0-9a-f]{16}-\d+-\d+|reading(\..*)?)$/.test(name));
  for (const name of left) rmSync(join(work, name), { force: true });
}

/** Reads event files in the pool, or takes the parts that an array job has read; undefined if a single process does everything. */
export function rangeWorkers(run: Run): RangeWorkers | undefined {
  const { directory, workers, work, version } = run;
  const isShared = work !== undefined && existsSync(readingPath(work));
  if (workers === 1 && !isShared) return undefined;
  return {
    readWhole: isShared,
    count: workers,
    read: async (task, ranges, onPart) => {
      const job: ReadJob = isShared
        ? sharedReadJob(work, version, task)
        : { kind: 'read', task, output: directory.file('events') };
      if (isShared) warnOfMissing(run, job, ranges);
      const take = async (path: string) => {
        const part = readRangePart(path);
        if (!isShared) directory.discard([path]);
        await onPart(part);
        releaseRangePart(part);
      };
      // This process reads the ranges that no worker could read.
      await runShards(run, job, shardsOf(ranges), take, () => onPart(undefined));
    },
  };
}

function warnOfMissing(run: Run, { output, task }: ReadJob, ranges: readonly Range[]): void {
  const pieces = piecesIn(output, [shardsOf(ranges)], null).flat();
  const missing = pieces.filter(({ path }) => path === undefined).length;
  if (missing === 0) return;
  const what = missing === pieces.length ? 'it' : `${missing} of its ${plural(pieces.length, 'range')}`;
  const why = 'that shard of recommend read is missing, had other options, or the file has changed since';
  run.warn(`${displayName(task.path)}: plan reads ${what} itself: ${why}`);
}

const EDGE_BYTES = 1 << 16;

/** Identifies a file, wherever it is mounted: its size, the time of its last change in seconds, and hashes of its beginning and end. */
function fingerprint(path: string): unknown {
  return withFile(path, (file) => {
    const { size, mtimeMs } = fstatSync(file);
    const edge = (at: number) => {
      const bytes = Buffer.alloc(Math.min(size, EDGE_BYTES));
      return hashOf(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at)));
    };
    return { size, written: Math.floor(mtimeMs / 1000), edges: [edge(0), edge(Math.max(0, size - EDGE_BYTES))] };
  });
}
