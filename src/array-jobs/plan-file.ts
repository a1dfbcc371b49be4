import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { badData, ioFailure, messageOf, noInput, notCreated, systemCode, tryAgainLater } from '../failure.js';
import { arrayFileBytes, checkArrays, readJson } from '../files/array-file.js';
import { cannotCreate, type Destination } from '../files/writing.js';
import type { Settings } from '../model/settings.js';
import type { SignalCounts } from '../model/signals.js';
import type { OutputColumn } from '../output/formats.js';
import { keyedPath, keyOf, type ShardStage, STAGES } from '../pipeline/finished/checkpoint.js';
import { piecesIn } from '../pipeline/finished/run-shards.js';
import type { Sizes } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import type { Served } from '../report/metrics.js';
import { shellWord } from '../understanding/shell-word.js';
import type { Shard } from '../workers/plan.js';

/*
 * The folder of an array job, on a file system that all machines share:
 *
 *     plan                           what `recommend plan` decided; written last, when all of the following exist
 *     evidence-<id>, …               files for children, as in any run; likewise factors, statistics, rules, cells, texts
 *     audience.<n>-<id>              the users of shard n of recommending
 *     count-<key>-<from>-<to>        finished pieces of shards, as in the run folder beside an output
 *     learn-…, recommend-…
 *     reading, read-…                before the plan exists: which shard reads what (`reading.ts`), and what was read
 *
 * No file holds a path: the folder may be mounted elsewhere on each machine.
 */

/** What `recommend plan` decided. */
export interface ArrayPlan {
  version: string;
  /** Number of shards of each stage. */
  shards: number;
  sizes: Sizes;
  method: { name: string; settings: Settings };
  counts: SignalCounts;
  /** Key of the arranged data, and hash of the rules of the lists. */
  key: string;
  rulesHash: string;
  rules: string | null;
  factors: boolean;
  /** The pieces of each shard. */
  cuts: Record<ShardStage, Shard[][]>;
  /** How lists are written. */
  output: Pick<Options, 'format' | 'safeCsv' | 'top' | 'precision' | 'reasons'>;
  columns: readonly OutputColumn[];
  /** Number of users without a history, and numbers of users who get no list. */
  cold: number;
  left_out: Served['left_out'];
}

/** A file that belongs to the plan. */
export type Part = 'evidence' | 'factors' | 'statistics' | `audience.${number}` | 'rules' | 'cells' | 'texts';

/** The file with the users of a shard. @param shard from 0. */
export function audienceOf(shard: number): Part {
  return `audience.${shard + 1}`;
}

const PLAN = 'plan';

/** Makes the folder of an array job. @throws Failure 73 if that fails. */
export function makeWorkFolder(work: string): void {
  try {
    mkdirSync(work, { recursive: true });
  } catch (error) {
    throw cannotCreate(work, error);
  }
}

export function planPath(work: string): string {
  return join(work, PLAN);
}

export type PlannedWork = ReturnType<typeof planInFolder>;

/** A plan together with its folder. */
export function planInFolder(work: string, plan: ArrayPlan) {
  const id = keyOf(plan);
  const path = (part: Part): string => join(work, `${part}-${id}`);

  /** The path prefix of a stage's finished pieces. */
  const output = (stage: ShardStage): string => {
    const counted = keyOf(plan.key, []);
    const keys = { count: plan.key, learn: counted, recommend: keyOf(keyOf(counted, []), plan.rulesHash) };
    return keyedPath(work, stage, keys[stage]);
  };

  /** The unfinished shards of a stage, counted from 1. @param onFlaw as `piecesIn` takes it. */
  const unfinished = (stage: ShardStage, onFlaw: ((flaw: string) => void) | null) => {
    const pieces = piecesIn(output(stage), plan.cuts[stage], onFlaw);
    return { files: pieces.flat(), ...openShards(pieces) };
  };

  return {
    work,
    plan,
    id,
    path,
    output,
    unfinished,

    /**
     * Moves files into the folder, the plan last. @param parts paths of the files, on the same file system.
     * @throws Failure 73 if the folder has another plan.
     */
    async commit(parts: readonly (readonly [Part, string])[], destination: Destination): Promise<void> {
      if (existsSync(planPath(work)) && readPlan(work, plan.version).id !== id) {
        throw notCreated(
          `${work} has a plan of other data or options already; name another folder, or remove that one`,
        );
      }
      for (const [part, from] of parts) renameSync(from, path(part));
      for (const bytes of arrayFileBytes({ json: Buffer.from(JSON.stringify(plan)) })) await destination.write(bytes);
      await destination.commit();
    },

    /** @throws Failure 65 if a file that belongs to the plan is missing, or was cut or altered. */
    requireParts(parts: readonly Part[]): void {
      for (const part of parts) {
        if (part === 'rules' && plan.rules === null) continue;
        if (part === 'factors' && !plan.factors) continue;
        try {
          checkArrays(path(part));
        } catch (error) {
          throw badData(`${messageOf(error)}; plan again, in another folder`, error);
        }
      }
    },

    /** @returns the files of a stage, in the order of their rows. @throws Failure 75 if some are missing, or were cut or altered. */
    finished(stage: ShardStage, warn: (message: string) => void): { path: string; from: number }[] {
      const { files, begun, missing } = unfinished(stage, warn);
      const open = [...begun, ...missing].sort((a, b) => a - b);
      if (open.length > 0) {
        const which = `${open.length === 1 ? 'shard' : 'shards'} ${ranges(open)} of ${plan.shards}`;
        throw tryAgainLater(
          `${STAGES[stage]} is not finished: ${which} ${open.length === 1 ? 'is' : 'are'} missing\n  ${shardCommand(stage, work, 'N')}`,
        );
      }
      return files.map(({ path = '', from }) => ({ path, from }));
    },
  };
}

/** The plan in a folder. @throws Failure 66 if there is none, 65 if another version wrote it or it was altered. */
export function readPlan(work: string, version: string): PlannedWork {
  let plan: ArrayPlan;
  try {
    plan = readJson(planPath(work)) as ArrayPlan;
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      throw noInput(`there is no plan in ${work}: recommend plan … --work ${work} makes one`);
    if (systemCode(error) !== '') throw ioFailure(`${work}: ${messageOf(error)}`, error);
    throw badData(`${messageOf(error)}; plan again, in another folder`, error);
  }
  if (plan.version === version) return planInFolder(work, plan);
  const wayOut = 'run one version on all machines, or plan again, in another folder';
  throw badData(`${work} was planned by version ${plan.version} of this program, and this is ${version}; ${wayOut}`);
}

/** The unfinished shards, counted from 1: those with some of their pieces, and those with none. @param pieces by shard. */
export function openShards(pieces: readonly Shard[][]): Record<'begun' | 'missing', number[]> {
  const shardsWhere = (matches: (paths: (string | undefined)[]) => boolean) =>
    pieces.flatMap((all, at) => (matches(all.map(({ path }) => path)) ? [at + 1] : []));
  return {
    begun: shardsWhere((paths) => paths.some((path) => path) && !paths.every((path) => path)),
    missing: shardsWhere((paths) => paths.length > 0 && !paths.some((path) => path)),
  };
}

export function shardCommand(stage: ShardStage, work: string, shard: string): string {
  const command = stage === 'recommend' ? 'score' : `fit --stage ${stage}`;
  return `recommend ${command} --shard ${shard} --work ${shellWord(work)}`;
}

/** Rising numbers in the form that engines take: 3,7,12-15. */
export function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
