import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ExitCode, messageOf } from '../failure.js';
import { displayName } from '../input/csv.js';
import { type Destination, openDestination } from '../output/destination.js';
import { lastSuccessIn, metricsText } from '../output/metrics.js';
import { type Ended, type RunRecord, summaryOf } from '../output/summary.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** How a run ended. */
export interface Ending {
  exitCode: number;
  error: string | null;
  /** For people; '' where the error says it. */
  message: string;
  /** Stopped by a signal: nothing is waited for any more. */
  interrupted: boolean;
}

/**
 * Keeps what became of a run where it was asked for: metrics, summary, log. That one cannot be written is told, and does not fail a
 * run that did its work.
 */
export async function keepOutcome(run: Run, options: Options, record: RunRecord, ending: Ending): Promise<void> {
  const ended: Ended = { ...ending, seconds: run.seconds(), startedAt: run.startedAt, memory: run.memory.peak };
  const { metricsFile, summary } = options;
  if (metricsFile !== undefined) {
    const text = metricsText(nameOf(metricsFile), metricsOf(options, record, ended, lastSuccess(metricsFile)));
    await write(run, 'metrics', metricsFile, text);
  }
  const isWanted = summary !== undefined || options.logFormat === 'json';
  const facts = isWanted ? await summaryOf(options.version, shown(options), record, ended) : {};
  if (summary !== undefined) await write(run, 'summary', summary, `${JSON.stringify(facts, undefined, 2)}\n`);
  run.conclude(ending.message, facts);
}

/** The options as a summary shows them. */
function shown({ version: _, method: __, ...typed }: Options): object {
  return { ...typed, eventWeights: Object.fromEntries(typed.eventWeights) };
}

async function write(run: Run, what: string, path: string, text: string): Promise<void> {
  let file: Destination | undefined;
  try {
    file = openDestination(path);
    await file.write(text);
    await file.commit();
  } catch (error) {
    const why = messageOf(error);
    run.warn(`no ${what}: ${why}; mend that for the next run, this one ends as it would have without`);
  } finally {
    file?.abandon();
  }
}

function metricsOf(options: Options, record: RunRecord, ended: Ended, before: number) {
  const endedAt = (ended.startedAt.getTime() + 1000 * ended.seconds) / 1000;
  const { users, items, interactions, version } = options;
  return {
    version,
    exitCode: ended.exitCode,
    endedAt,
    lastSuccess: ended.exitCode === ExitCode.ok ? endedAt : before,
    seconds: ended.seconds,
    stages: record.stages.map(({ stage, seconds }) => ({ stage, seconds: seconds() })),
    inputs: Object.entries({ users, items, interactions }).flatMap(([input, path]) =>
      path === undefined ? [] : [{ input, ...rowsOf(record, path) }],
    ),
    served: record.served,
    retries: record.retries.length,
    memoryBytes: ended.memory.bytes,
  };
}

function rowsOf({ files }: RunRecord, path: string) {
  const file = files.find(({ table }) => table.path === displayName(path));
  return {
    rows: file?.table.rows ?? 0,
    rejected: file?.table.rejected ?? 0,
    skipped: file?.skipped.reduce((total, { kind }) => total + kind.count, 0) ?? 0,
  };
}

/** When a run last succeeded, as the file of the one before says. */
function lastSuccess(path: string): number {
  try {
    // A pipe or a terminal may be waited for forever, and holds nothing that was written before.
    return statSync(path).isFile() ? lastSuccessIn(readFileSync(path, 'utf8')) : 0;
  } catch {
    // There is none yet; where it cannot be read, it cannot be written either, which is told.
    return 0;
  }
}

/** "recommend" of "/var/lib/node_exporter/recommend.prom": unique among the files that a collector reads. */
function nameOf(path: string): string {
  return basename(path).replace(/\.prom$/, '');
}
