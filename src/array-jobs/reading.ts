import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { usesCurrentTime } from '../conditions/row-filter.js';
import { displayName } from '../csv/failures.js';
import { cutDataset } from '../dataset/read.js';
import { badData, messageOf, notCreated, systemCode, usageFailure } from '../failure.js';
import { readJson, writeJson } from '../files/array-file.js';
import type { Io } from '../io.js';
import { keyOf } from '../pipeline/finished/checkpoint.js';
import { areFinished, piecesIn, runShards } from '../pipeline/finished/run-shards.js';
import type { Options } from '../pipeline/options.js';
import { whatToKeep } from '../pipeline/output/output-columns.js';
import { readingPath, shardsOf, sharedReadJob } from '../pipeline/reading/read-parts.js';
import { inputsOfRules } from '../pipeline/rules/offer.js';
import type { Run } from '../pipeline/run.js';
import { inputPaths } from '../understanding/inputs.js';
import { shellWord } from '../understanding/shell-word.js';
import { distributeShards, type Shard } from '../workers/plan.js';
import type { ReadJob } from '../workers/protocol.js';
import { makeWorkFolder, openShards, planPath } from './plan-file.js';
import { runShard, type ShardRunOptions } from './shard-run.js';

/*
 * Reads input files as an array job, before the plan exists. The first shard writes the file `reading` to the folder: it says which
 * shard reads what. `recommend plan` uses the parts that the shards leave there, and then removes all of this.
 */

export interface ReadOptions extends Options, Pick<ShardRunOptions, 'work' | 'shard'> {
  shards: number;
}

/** Which shard reads what. */
interface Reading {
  version: string;
  shards: number;
  /** For each input file the prefix of its parts, and the ranges of each shard. */
  files: { output: string; cuts: Shard[][] }[];
}

/**
 * Reads a shard of the events files: makes those of its parts that do not exist yet.
 * @returns, @throws as `runShard`; Failure 2 for inputs that several processes cannot read, 73 if other inputs are being read in the
 *   folder, and whatever reading throws.
 */
export async function readShard(options: ReadOptions, io: Io): Promise<number> {
  const { work, shards } = options;
  return runShard(options, io, 'read', async ({ run, memory, begin, make }) => {
    if (existsSync(planPath(work))) {
      begin(shards, planPath(work));
      return 'is not needed: there is a plan already';
    }
    refuseUnshared(options);
    const jobs = await jobsOf(run, options);
    makeWorkFolder(work);
    const files = jobs.map(({ job, cuts }) => ({ output: basename(job.output), cuts }));
    writeOrCompare(work, { version: options.version, shards, files });
    const index = begin(shards, readingPath(work));
    const mine = jobs.map(({ job, cuts }) => ({ job, ranges: cuts[index] ?? [] }));
    if (mine.every(({ ranges }) => ranges.length === 0)) return 'has nothing to read';
    if (mine.every(({ job, ranges }) => areFinished(job.output, ranges))) return 'was finished already';
    await memory.read(options);
    return make(() => readRanges(run, mine), `recommend read … --shard ${index + 1} --work ${shellWord(work)}`);
  });
}

/** The job that reads a file, and the ranges of each shard. */
interface FileJob {
  job: ReadJob;
  cuts: Shard[][];
}

async function jobsOf(run: Run, options: ReadOptions): Promise<FileJob[]> {
  const { work, shards, version } = options;
  const asPlanned = { ...options, ...whatToKeep(options) };
  // A column that an option names may be in a file of rules, which only `plan` reads.
  const extraColumns = Object.values(options.named).flat();
  const inputs = { ...asPlanned, badRows: 'stop' as const, extraColumns, ...inputsOfRules(run, asPlanned) };
  const cuts = await cutDataset(inputs);
  const sizes = cuts.map(({ ranges }) => shardsOf(ranges));
  const hands = distributeShards(
    sizes.flatMap((ranges, file) => ranges.map((range) => ({ ...range, file }))),
    shards,
  );
  return cuts.map(({ task }, file) => ({
    job: sharedReadJob(work, version, task),
    cuts: hands.map((hand) => hand.filter((range) => range.file === file)),
  }));
}

async function readRanges(run: Run, mine: readonly { job: ReadJob; ranges: readonly Shard[] }[]): Promise<void> {
  const all = mine.flatMap(({ ranges }) => ranges).reduce((bytes, { cost }) => bytes + cost, 0);
  let done = 0;
  for (const { job, ranges } of mine.filter(({ ranges }) => ranges.length > 0)) {
    const name = displayName(job.task.path);
    const take = (_: string, { cost }: Shard) => {
      done += cost;
      run.progress.at('reading', done, all);
    };
    // `plan` reads what is missing, and reports what is wrong with the file.
    const lose = ({ from, to }: Shard, why: string) =>
      run.warn(`${name}: bytes ${from} to ${to - 1} are left to plan: ${why}`);
    await runShards(run, job, ranges, take, lose);
  }
}

/** @throws Failure 2 for inputs that only one process can read, or that each process might read differently. */
function refuseUnshared(options: ReadOptions): void {
  const pipe = inputPaths(options).find(
    (path) => path === '-' || statSync(path, { throwIfNoEntry: false })?.isFile() === false,
  );
  if (pipe !== undefined)
    throw usageFailure(
      `${displayName(pipe)}: recommend read takes files, which every shard opens; recommend plan reads pipes`,
    );
  if (options.rules.now === undefined && (options.eventsWhere ?? []).some(usesCurrentTime))
    throw usageFailure('--events-where goes by the clock, which differs between shards; say when it is: --now DATE');
}

/** Writes the reading, or checks that the folder has the same one. @throws Failure 73 if it has another. */
function writeOrCompare(work: string, reading: Reading): void {
  const existing = readingIn(work);
  if (!existing) writeJson(readingPath(work), reading);
  else if (keyOf(existing) !== keyOf(reading)) {
    const why = 'has files of other data, options or another version that are being read';
    throw notCreated(`${work} ${why}; name another folder, or remove that one`);
  }
}

/** The reading in a folder; undefined if there is none. @throws Failure 65 if it was altered. */
function readingIn(work: string): Reading | undefined {
  try {
    return readJson(readingPath(work)) as Reading;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw badData(`${messageOf(error)}; remove it, and read again`, error);
  }
}

/** The progress of reading in a folder without a plan; undefined if there is no reading. @throws Failure 65 if it was altered. */
export function readingStatus(work: string): { shards: number; begun: number[]; missing: number[] } | undefined {
  const reading = readingIn(work);
  if (!reading) return undefined;
  const { shards, files } = reading;
  const byFile = files.map(({ output, cuts }) => piecesIn(join(work, output), cuts, null));
  const byShard = Array.from({ length: shards }, (_, at) => byFile.flatMap((pieces) => pieces[at] ?? []));
  return { shards, ...openShards(byShard) };
}
