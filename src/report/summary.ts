import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { displayName } from '../csv/table.js';
import type { Dataset, FileReport } from '../dataset/dataset.js';
import type { AutoRecord } from '../files/journal-entries.js';
import { HYPER_PARAMETERS } from '../model/hyper-parameters.js';
import type { Settings } from '../model/settings.js';
import type { FamilyMemory } from '../process/family-memory.js';
import type { Attempt } from '../tuning/climb.js';

/** What a run found and did, as far as it came: everything a later look at it wants. */
export interface RunRecord {
  /** The input files, whether they were read or not. */
  paths: readonly string[];
  /** What was understood of them, once all are read. */
  files: readonly FileReport[];
  dataset?: Dataset;
  /** How it learned. */
  method?: { name: string; settings: Settings; auto: AutoRecord | null };
  served?: Served;
  /** Seconds each stage took, in their order, or has taken so far. */
  stages: { stage: string; seconds: () => number }[];
  /** What was tried again, and why. */
  retries: readonly string[];
}

export interface Served {
  /** Users who got a list. */
  users: number;
  rows: number;
  /** Users whose list has fewer items than were asked for, `empty` ones included. */
  short: number;
  /** Users for whom nothing was left to offer: no row is theirs. */
  empty: number;
  /** Users without a history. */
  cold: number;
  /** Users whom no worker could serve. */
  failed: number;
  /** Users and signals that no worker could work, each with why. */
  lost: readonly string[];
}

/** How it ended. */
export interface Ended {
  exitCode: number;
  error: string | null;
  seconds: number;
  startedAt: Date;
  /** The most that all its processes took at once. */
  memory: FamilyMemory;
  /** Stopped by a signal: inputs are not read once more for their hashes. */
  interrupted: boolean;
}

/** The summary of a run. Names of members are part of what users rely on. */
export async function summaryOf(
  version: string,
  options: object,
  { paths, files, dataset, method, served, stages, retries }: RunRecord,
  ended: Ended,
): Promise<object> {
  const hashes = await Promise.all(paths.map((path) => (ended.interrupted ? null : sha256Of(path))));
  return {
    program: 'recommend',
    version,
    started: ended.startedAt.toISOString(),
    seconds: round(ended.seconds),
    exit_code: ended.exitCode,
    error: ended.error,
    options,
    inputs: paths.map((path, at) => inputOf(path, hashes[at] ?? null, files)),
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
            trials: [...trialsOf(method.auto.tried, false), ...trialsOf(method.auto.triedCold, true)],
          }
        : undefined,
    },
    served,
    stages: Object.fromEntries(stages.map(({ stage, seconds }) => [stage, round(seconds())])),
    peak_memory_bytes: ended.memory.bytes,
    peak_memory_measure: ended.memory.measure,
    retries,
  };
}

function inputOf(path: string, sha256: string | null, files: readonly FileReport[]) {
  const file = files.find(({ table }) => table.path === displayName(path));
  if (!file) return { path: displayName(path), sha256 };
  const { table, kind, roles, columns, unused, skipped, events, notes, warnings } = file;
  return {
    path: table.path,
    kind,
    sha256,
    rows: table.rows,
    rejected: table.rejected,
    rejects: table.firstRejects.map(({ line, reason }) => ({ line, reason })),
    skipped: skipped
      .filter(({ kind: { count } }) => count > 0)
      .map(({ what, kind: { count, firstLine } }) => ({ what, rows: count, first_line: firstLine })),
    columns: Object.fromEntries(roles),
    attributes: columns.filter(({ decision }) => decision.as !== 'nothing').map(({ name }) => name),
    unused,
    repeated: events?.repeated ?? 0,
    notes,
    warnings,
  };
}

/** The hash of a file as it lies there; null for what can be read but once. */
async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    // What is no file was read once, and may wait for ever to be read again.
    if (!statSync(path).isFile()) return null;
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch {
    // Standard input, or a file that is not there or cannot be read: the summary is no reason to fail.
    return null;
  }
  return hash.digest('hex');
}

function trialsOf(tried: readonly Attempt[], withoutHistory: boolean) {
  return tried.map(({ changes, worth, gain, error, accepted, fitted }) => ({
    changes: byKey(changes),
    worth,
    gain,
    standard_error: error,
    accepted,
    fitted,
    without_history: withoutHistory,
  }));
}

/** Settings by the names that `--set` knows them by. */
function byKey(settings: Partial<Settings>): { [key: string]: unknown } {
  const known = HYPER_PARAMETERS.filter(({ setting }) => setting in settings);
  return Object.fromEntries(known.map(({ key, setting }) => [key, settings[setting]]));
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
