import { existsSync, fstatSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { displayName } from '../../csv/failures.js';
import type { EventsTask } from '../../events/range-part.js';
import type { Range, RangeWorkers } from '../../events/read-events.js';
import { withFile } from '../../files/array-file.js';
import { plural } from '../../report/quantities.js';
import type { Shard } from '../../workers/plan.js';
import type { ReadJob } from '../../workers/protocol.js';
import { readRangePart, releaseRangePart } from '../../workers/range-file.js';
import { keyedPath, keyOf } from '../finished/checkpoint.js';
import { hashOf } from '../finished/hash.js';
import { piecesIn, runShards } from '../finished/run-shards.js';
import type { Run } from '../run.js';

/*
 * Parts of event files: what was read of a range of one, or of a whole one. Children of a run make them for it alone. In the folder of an
 * array job they are finished shards, made by `recommend read` on any machine; the run that plans takes them over.
 */

const READING = 'reading';

/** What says of an array job's folder that its files are read by jobs of their own. */
export function readingPath(work: string): string {
  return join(work, READING);
}

/** The job that reads a file for all who share a folder; names of its parts hold how it is read, and which file it is. */
export function sharedReadJob(work: string, version: string, task: EventsTask): ReadJob {
  const { path, source, ...how } = task;
  const { path: _, ...cut } = { ...source, path };
  return { kind: 'read', task, output: keyedPath(work, 'read', keyOf(version, how, cut, fingerprint(path))) };
}

export function shardsOf(ranges: readonly Range[]): Shard[] {
  return ranges.map(({ from, to }, index) => ({ index, from, to, cost: to - from, whole: true }));
}

/** Removes what was read for a plan, once there is the plan. */
export function removeReading(work: string): void {
  // Perhaps one of its manifest, too, that was not finished.
  const left = readdirSync(work).filter((name) => /^(read-[0-9a-f]{16}-\d+-\d+|reading(\..*)?)$/.test(name));
  for (const name of left) rmSync(join(work, name), { force: true });
}

/** Reads event files in the pool, or takes what an array of jobs has read; undefined where a single process does everything. */
export function rangeWorkers(run: Run): RangeWorkers | undefined {
  const { directory, workers, work, version } = run;
  const isShared = work !== undefined && existsSync(readingPath(work));
  if (workers === 1 && !isShared) return undefined;
  return {
    readWhole: isShared,
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
      // This process reads what no worker could.
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

/** What tells a file from others, wherever it lies: its size, when it was written, to the second, and how it begins and ends. */
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
