import { basename, resolve } from 'node:path';
import { ExitCode } from '../failure.js';
import { openDestination, writeWhole } from '../files/destination.js';
import { smallTextOf } from '../files/small-text.js';
import { holdsMetrics, lastSuccessIn, metricsText, type RunMetrics } from './metrics.js';

/** The text of a metrics file. After a failed run, the time of the last success is taken from the existing file. */
export function metricsFor(path: string, metrics: Omit<RunMetrics, 'lastSuccess'>): string {
  const lastSuccess = metrics.exitCode === ExitCode.ok ? metrics.endedAt : lastSuccessIn(smallTextOf(path) ?? '');
  return metricsText(nameOf(path), { ...metrics, lastSuccess });
}

/**
 * Writes the metrics of a run whose command line was refused, where that line names a metrics file: otherwise a job that is always refused
 * looks like one that was never started. Such a line cannot be trusted, so a file is only replaced if it holds metrics.
 * @throws Failure where the file cannot be written.
 */
export async function writeRefusalMetrics(argv: readonly string[], version: string, exitCode: number): Promise<void> {
  const path = metricsFileIn(argv);
  if (path === undefined) return;
  const before = smallTextOf(path);
  if (before === undefined || (before !== '' && !holdsMetrics(before))) return;
  const noWork = { seconds: 0, stages: [], inputs: [], served: undefined, retries: 0, memoryBytes: 0 };
  const text = metricsFor(path, { ...noWork, version, exitCode, endedAt: Date.now() / 1000 });
  await writeWhole(openDestination(path), text);
}

/** The metrics file that a command line names, unless it names that file for another purpose as well. */
function metricsFileIn(argv: readonly string[]): string | undefined {
  const at = argv.lastIndexOf('--metrics-file');
  const joined = argv.findLast((argument) => argument.startsWith('--metrics-file='));
  const path = joined?.slice('--metrics-file='.length) ?? (at < 0 ? undefined : argv[at + 1]);
  if (path === undefined || path === '' || path.startsWith('-')) return undefined;
  const named = argv.filter((argument) => resolve(argument.replace(/^--?[\w-]+=/, '')) === resolve(path));
  return named.length === 1 ? path : undefined;
}

/** "recommend" of "/var/lib/node_exporter/recommend.prom": unique among the files that a collector reads. */
function nameOf(path: string): string {
  return basename(path).replace(/\.prom$/, '');
}
