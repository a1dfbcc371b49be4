import { displayName } from '../../csv/failures.js';
import { printableName } from '../../csv/printable.js';
import type { Dataset, FileReport } from '../../dataset/dataset.js';
import { messageOf } from '../../failure.js';
import { writeWhole } from '../../files/destination.js';
import { megabytes, plural, thousands } from '../../quantities.js';
import type { Served } from '../../report/metrics.js';
import { metricsFor } from '../../report/metrics.js';
import type { Options } from '../options.js';
import type { Run } from '../run.js';
import { type Ended, type RunRecord, summaryOf } from './summary.js';

/** The options that say where to write the outcome of a run, and what it read. */
export type OutcomeOptions = Pick<Options, 'summary' | 'metricsFile' | 'logFormat' | 'version'> &
  Partial<Pick<Options, 'users' | 'items' | 'interactions' | 'orders'>>;

export interface Ending extends Pick<Ended, 'exitCode' | 'error' | 'interrupted'> {
  /** For users; '' if the error says it all. */
  message: string;
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
  const ended: Ended = { ...ending, seconds: run.seconds(), startedAt: run.startedAt, memory: run.memory.peak };
  const { metricsFile, summary } = options;
  if (metricsFile !== undefined) {
    await writeOrWarn(run, 'metrics', metricsFile, metricsFor(metricsFile, metricsOf(options, record, ended)));
  }
  const needsFacts = summary !== undefined || options.logFormat === 'json';
  const facts = needsFacts ? await summaryOf(options.version, optionsToShow(options, record), record, ended) : {};
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

/** The options as a summary shows them. */
function optionsToShow(
  options: OutcomeOptions & Partial<Pick<Options, 'method' | 'eventWeights'>>,
  { shard }: RunRecord,
): object {
  const { version: _, method: __, eventWeights, ...others } = options;
  return {
    ...others,
    ...(shard && { shard }),
    ...(eventWeights && { eventWeights: Object.fromEntries(eventWeights) }),
  };
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

function metricsOf(options: OutcomeOptions, record: RunRecord, ended: Ended) {
  const endedAt = (ended.startedAt.getTime() + 1000 * ended.seconds) / 1000;
  const { users, items, interactions, orders, version } = options;
  return {
    version,
    exitCode: ended.exitCode,
    endedAt,
    seconds: ended.seconds,
    stages: record.stages.map(({ stage, seconds }) => ({ stage, seconds: seconds() })),
    inputs: Object.entries({ users, items, interactions, orders }).flatMap(([input, files]) => {
      const paths = [files ?? []].flat();
      return paths.length === 0 ? [] : [{ input, ...rowsOf(record, paths) }];
    }),
    served: record.served,
    retries: record.retries.length,
    memoryBytes: ended.memory.bytes,
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
