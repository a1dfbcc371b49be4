import { readFileSync, type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ExitCode } from '../failure.js';
import { openDestination, writeWhole } from '../files/destination.js';
import { holdsMetrics, lastSuccessIn, metricsText, type RunMetrics } from './metrics.js';

/** The text of a metrics file. When a run last succeeded is taken over from the file before. */
export function metricsFor(path: string, metrics: Omit<RunMetrics, 'lastSuccess'>): string {
  const lastSuccess = metrics.exitCode === ExitCode.ok ? metrics.endedAt : lastSuccessIn(textOf(path) ?? '');
  return metricsText(nameOf(path), { ...metrics, lastSuccess });
}

/**
 * Keeps that a command line was refused, where it names a metrics file: a job that never begins looks like one that nobody has
 * started. Of such a line little can be believed: a file that holds anything but metrics is left alone.
 *
 * @throws Failure where the file cannot be written.
 */
export async function keepRefusal(argv: readonly string[], version: string, exitCode: number): Promise<void> {
  const path = metricsFileIn(argv);
  if (path === undefined) return;
  const before = textOf(path);
  if (before === undefined || (before !== '' && !holdsMetrics(before))) return;
  const nothing = { seconds: 0, stages: [], inputs: [], served: undefined, retries: 0, memoryBytes: 0 };
  const text = metricsFor(path, { ...nothing, version, exitCode, endedAt: Date.now() / 1000 });
  await writeWhole(openDestination(path), text);
}

/** The metrics file that a command line asks for, unless it names that file for something else as well. */
function metricsFileIn(argv: readonly string[]): string | undefined {
  const at = argv.lastIndexOf('--metrics-file');
  const joined = argv.findLast((argument) => argument.startsWith('--metrics-file='));
  const path = joined?.slice('--metrics-file='.length) ?? (at < 0 ? undefined : argv[at + 1]);
  if (path === undefined || path === '' || path.startsWith('-')) return undefined;
  const named = argv.filter((argument) => resolve(argument.replace(/^--?[\w-]+=/, '')) === resolve(path));
  return named.length === 1 ? path : undefined;
}

/** Metrics are a few kilobytes: a larger file holds something else, and need not fit into a string. */
const MOST_BYTES = 1 << 20;

/** What a file holds, '' where there is none; undefined for what cannot be metrics, be read, or may be waited for forever. */
function textOf(path: string): string | undefined {
  const stats = statsOf(path);
  if (!stats) return '';
  if (!stats.isFile() || stats.size > MOST_BYTES) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It may hold anything, and a file that cannot be read can be replaced all the same.
    return undefined;
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Where nothing can be found, nothing can be written either, which is told.
    return undefined;
  }
}

/** "recommend" of "/var/lib/node_exporter/recommend.prom": unique among the files that a collector reads. */
function nameOf(path: string): string {
  return basename(path).replace(/\.prom$/, '');
}
