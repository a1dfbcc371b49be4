import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ExitCode } from '../failure.js';
import { writeWhole } from '../output/destination.js';
import { holdsMetrics, lastSuccessIn, metricsText, type RunMetrics } from '../output/metrics.js';

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
  await writeWhole(path, metricsFor(path, { ...nothing, version, exitCode, endedAt: Date.now() / 1000 }));
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

/** What a file holds, '' where there is none; undefined for what is none, and may be waited for forever. */
function textOf(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // Where it cannot be read, it cannot be written either, which is told.
    return '';
  }
}

/** "recommend" of "/var/lib/node_exporter/recommend.prom": unique among the files that a collector reads. */
function nameOf(path: string): string {
  return basename(path).replace(/\.prom$/, '');
}
