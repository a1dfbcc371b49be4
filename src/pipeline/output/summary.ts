import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { displayName } from '../../csv/failures.js';
import type { Dataset, FileReport } from '../../dataset/dataset.js';
import { byKey } from '../../model/hyper-parameters.js';
import type { Settings } from '../../model/settings.js';
import type { FamilyMemory } from '../../process/family-memory.js';
import { toThousandths } from '../../quantities.js';
import { fileFacts } from '../../report/description.js';
import type { Served } from '../../report/metrics.js';
import type { Trial } from '../../tuning/climb.js';
import { type AutoRecord, asOptions } from '../../tuning/tuning-report.js';

/** What a run read and did, as far as it got. */
export interface RunRecord {
  /** The input files, read or not. */
  paths: readonly string[];
  /** How they were read, once all of them are. */
  files: readonly FileReport[];
  dataset?: Dataset;
  /** What it did with the users and items, as text; undefined: it learned from them. */
  done?: string;
  /** The method and the settings that it learned with. */
  method?: { name: string; settings: Settings; auto: AutoRecord | null };
  served?: Served;
  /** The shard of an array job. */
  shard?: { number: number; of: number };
  /** The stages in order, each with the seconds that it took, or has taken so far. */
  stages: { stage: string; seconds: () => number }[];
  /** The shards that were retried, and why. */
  retries: readonly string[];
}

/** How a run ended. */
export interface Ended {
  exitCode: number;
  error: string | null;
  seconds: number;
  startedAt: Date;
  /** The most memory that all its processes used at once. */
  memory: FamilyMemory;
  /** Stopped by a signal: then the inputs are not read again for their hashes. */
  interrupted: boolean;
}

/** The summary of a run, for `--summary` and JSON logs. Users rely on the names of its members. */
export async function summaryOf(
  version: string,
  options: object,
  { paths, files, dataset, method, served, stages, retries }: RunRecord,
  ended: Ended,
): Promise<object> {
  return {
    program: 'recommend',
    version,
    started: ended.startedAt.toISOString(),
    seconds: toThousandths(ended.seconds),
    exit_code: ended.exitCode,
    error: ended.error,
    options,
    inputs: await Promise.all(
      paths.map(async (path) => inputOf(path, ended.interrupted ? null : await sha256Of(path), files)),
    ),
    data: dataset && {
      users: dataset.userIds.length,
      items: dataset.itemIds.length,
      offered: dataset.offered.reduce((total, flag) => total + flag, 0),
      interactions: dataset.interactions.index.length,
    },
    method: method && {
      name: method.name,
      settings: byKey(method.settings),
      auto: method.auto
        ? {
            explanation: method.auto.explanation,
            options: asOptions(method.settings),
            trials: [...trialsOf(method.auto.trials, false), ...trialsOf(method.auto.coldTrials, true)],
          }
        : undefined,
    },
    served,
    stages: Object.fromEntries(stages.map(({ stage, seconds }) => [stage, toThousandths(seconds())])),
    peak_memory_bytes: ended.memory.bytes,
    peak_memory_measure: ended.memory.measure,
    retries,
  };
}

function inputOf(path: string, sha256: string | null, files: readonly FileReport[]) {
  const file = files.find(({ table }) => table.path === displayName(path));
  if (!file) return { path: displayName(path), sha256 };
  return { ...fileFacts(file), sha256 };
}

/** The hash of a file; null for an input that can be read only once. */
async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    // A pipe was read already; opening it again may block forever.
    if (!statSync(path).isFile()) return null;
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch {
    // Standard input, or a file that is missing or unreadable: no reason for the summary to fail.
    return null;
  }
  return hash.digest('hex');
}

function trialsOf(trials: readonly Trial[], withoutHistory: boolean) {
  return trials.map(({ changes, utility, gain, error, accepted, fitted }) => ({
    changes: byKey(changes),
    worth: utility,
    gain,
    standard_error: error,
    accepted,
    fitted,
    without_history: withoutHistory,
  }));
}
