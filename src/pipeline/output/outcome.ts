import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { displayName } from '../../csv/failures.js';
import { printableName } from '../../csv/printable.js';
import type { Dataset, FileReport } from '../../dataset/dataset.js';
import { messageOf } from '../../failure.js';
import { writeWhole } from '../../files/destination.js';
import { byKey, type Settings } from '../../model/settings.js';
import { megabytes, plural, thousands, toThousandths } from '../../quantities.js';
import { fileFacts } from '../../report/description.js';
import { metricsFor, type Served } from '../../report/metrics.js';
import type { Trial } from '../../tuning/climb.js';
import { type AutoRecord, asOptions } from '../../tuning/tuning-report.js';
import type { Options } from '../options.js';
import type { Run, stagesIn } from '../run.js';

/** The options that say where to write the outcome of a run, and what it read. */
export type OutcomeOptions = Pick<Options, 'summary' | 'metricsFile' | 'logFormat' | 'version'> &
  Partial<Pick<Options, 'users' | 'items' | 'interactions' | 'orders'>>;

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
  stages: ReturnType<typeof stagesIn>['taken'];
}

/** How a run ended. */
export interface Ending {
  exitCode: number;
  error: string | null;
  /** For users; '' if the error says it all. */
  message: string;
  /** Stopped by a signal: then the inputs are not read again for their hashes. */
  interrupted: boolean;
}

/**
 * Writes the outcome of a run to the metrics, the summary and the log, as requested. If one of them cannot be written, the run warns but
 * does not fail.
 */
export async function writeOutcome(
  run: Run,
  options: OutcomeOptions,
  record: RunRecord,
  ending: Ending,
): Promise<void> {
  const seconds = run.seconds();
  const { metricsFile, summary } = options;
  if (metricsFile !== undefined) {
    const metrics = metricsOf(run, options, record, ending.exitCode, seconds);
    await writeOrWarn(run, 'metrics', metricsFile, metricsFor(metricsFile, metrics));
  }
  const needsFacts = summary !== undefined || options.logFormat === 'json';
  const facts = needsFacts ? await summaryOf(run, options, record, ending, seconds) : {};
  if (summary !== undefined) await writeOrWarn(run, 'summary', summary, `${JSON.stringify(facts, undefined, 2)}\n`);
  run.summary(ending.message, facts);
}

/** The last line of a successful run. */
export function endingText(
  run: Run,
  { output }: Options,
  { served, dataset, done = 'learned from' }: RunRecord,
): string {
  const to = output === '-' ? '' : ` → ${output}`;
  const spent = `${run.seconds().toFixed(1)} s, ${megabytes(run.memory.peak.bytes)} at most${to}`;
  if (!served) {
    const [users, items] = [dataset?.userIds.length ?? 0, dataset?.itemIds.length ?? 0];
    return `${done} ${plural(users, 'user')} and ${plural(items, 'item')}, ${spent}`;
  }
  const empty = served.empty > 0 ? ` (${thousands(served.empty)} more: nothing is left for them)` : '';
  const leftOut = Object.values(served.left_out).reduce((total, count) => total + count, 0);
  const without = leftOut > 0 ? `, ${thousands(leftOut)} left out` : '';
  return `${plural(served.users, 'user')} served${empty}${without}, ${plural(served.rows, 'row')}, ${spent}`;
}

/** Writes a file beside the lists, and warns if that fails. */
export async function writeOrWarn(run: Run, what: string, path: string, text: string): Promise<void> {
  try {
    await writeWhole(run.open(path), text);
  } catch (error) {
    const why = messageOf(error);
    run.warn(`no ${what}: ${why}; mend that for the next run, this one ends as it would have without`);
  }
}

function metricsOf(run: Run, options: OutcomeOptions, record: RunRecord, exitCode: number, seconds: number) {
  const { users, items, interactions, orders, version } = options;
  return {
    version,
    exitCode,
    endedAt: run.startedAt.getTime() / 1000 + seconds,
    seconds,
    stages: record.stages.map(({ stage, seconds }) => ({ stage, seconds: seconds() })),
    inputs: Object.entries({ users, items, interactions, orders }).flatMap(([input, files]) => {
      const paths = [files ?? []].flat();
      return paths.length === 0 ? [] : [{ input, ...rowsOf(record, paths) }];
    }),
    served: record.served,
    retries: run.retries.length,
    memoryBytes: run.memory.peak.bytes,
  };
}

function rowsOf({ files }: RunRecord, paths: readonly string[]) {
  const names = new Set(paths.map(displayName));
  const read = files.filter(({ table }) => names.has(table.path));
  const total = (of: (file: FileReport) => number) => read.reduce((sum, file) => sum + of(file), 0);
  return {
    rows: total(({ table }) => table.rows),
    rejected: total(({ table }) => table.rejected),
    skipped: total(({ skipped }) => skipped.reduce((sum, { kind }) => sum + kind.count, 0)),
  };
}

const WHEN_LOST = 'all else is done; run it again, with a smaller -j where memory may be short';

/** Warns about the users and signals that no worker could do. @returns how many users have no list, and a sentence per loss. */
export function warnOfLost(run: Run, dataset: Dataset): Pick<Served, 'failed' | 'lost'> {
  const lost = sentencesOf(run, dataset);
  if (lost.length > 0) run.warn(`some work failed:\n  ${lost.join('\n  ')}\n  ${WHEN_LOST}`);
  const failed = run.lost.filter(({ what }) => what === 'user').length;
  return { failed, lost };
}

function sentencesOf({ lost }: Run, { userIds, itemIds, attributeNames, groupNames }: Dataset): string[] {
  if (lost.length === 0) return [];
  const signals = [
    ...itemIds.map((id) => `item ${id}`),
    ...attributeNames.map((name) => `attribute ${name}`),
    ...groupNames.map((name) => `group ${name}`),
  ];
  return lost.map(({ what, index, why }) =>
    what === 'user'
      ? `user ${printableName(userIds[index] ?? '')} got no list: ${why}`
      : `${printableName(signals[index] ?? '')} was not learned: ${why}`,
  );
}

/** The summary of a run, for `--summary` and JSON logs. Users rely on the names of its members. */
async function summaryOf(
  { startedAt, memory, retries }: Run,
  options: OutcomeOptions,
  { paths, files, dataset, method, served, shard, stages }: RunRecord,
  { exitCode, error, interrupted }: Ending,
  seconds: number,
): Promise<object> {
  return {
    program: 'recommend',
    version: options.version,
    started: startedAt.toISOString(),
    seconds: toThousandths(seconds),
    exit_code: exitCode,
    error,
    options: { ...shownOptions(options), ...(shard && { shard }) },
    inputs: await Promise.all(
      paths.map(async (path) => inputOf(path, interrupted ? null : await sha256Of(path), files)),
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
    peak_memory_bytes: memory.peak.bytes,
    peak_memory_measure: memory.peak.measure,
    retries,
  };
}

function shownOptions({
  version: _,
  method: __,
  eventWeights,
  ...others
}: OutcomeOptions & Partial<Pick<Options, 'method' | 'eventWeights'>>): object {
  return { ...others, ...(eventWeights && { eventWeights: Object.fromEntries(eventWeights) }) };
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
