import { basename, resolve } from 'node:path';
import { ExitCode } from '../failure.js';
import { openDestination, writeWhole } from '../files/destination.js';
import { smallTextOf } from '../files/stats.js';
import { toThousandths } from '../quantities.js';

/** The facts of a run that its metrics report. */
export interface RunMetrics {
  version: string;
  exitCode: number;
  /** Seconds since 1970 when the run ended, and when a run last ended with exit code 0; 0: never. */
  endedAt: number;
  lastSuccess: number;
  /** Seconds that the run took, and each of its stages. */
  seconds: number;
  stages: readonly { stage: string; seconds: number }[];
  /** Rows of each input, by the option that names it. */
  inputs: readonly { input: string; rows: number; rejected: number; skipped: number }[];
  /** Undefined: the run did not get that far. */
  served: Served | undefined;
  retries: number;
  memoryBytes: number;
}

/** Who was served, and who was not. */
export interface Served {
  /** Users who got a list. */
  users: number;
  rows: number;
  /** Users whose list has fewer items than requested, including `empty` ones. */
  short: number;
  /** Users for whom no item was left to recommend: the output has no row for them. */
  empty: number;
  /** Users among those who are served without a history. */
  cold: number;
  /** Users of the users file who get no list, by the rule that says so. */
  left_out: Readonly<Record<string, number>>;
  /** Users whom no worker could serve. */
  failed: number;
  /** Users without a list and signals that were not learned because every worker failed, each with the reason. */
  lost: readonly string[];
}

const STAGES = ['reading', 'tuning', 'learning', 'recommending'];

/** Labelled values; those of a histogram append an ending to its name. */
export type Samples = [labels: Record<string, string>, value: number, ending?: string][];
/** A metric, by default a gauge. */
export type Family = readonly [name: string, help: string, samples: Samples, type?: 'counter' | 'histogram'];

const LAST_SUCCESS = 'recommend_last_success_timestamp_seconds';

/**
 * The metrics of a run in Prometheus' text format, for its textfile collector. All are gauges, since each run starts from zero. All are
 * always present, however the run ended: a metric that is missing fires no alert.
 * @param run becomes a label that distinguishes jobs on one machine: the collector refuses the same name and labels twice.
 */
export function metricsText(run: string, metrics: RunMetrics): string {
  return familiesText(familiesOf(run, metrics));
}

/** Metrics in Prometheus' text format. */
export function familiesText(families: readonly Family[]): string {
  return families
    .flatMap(([name, help, samples, type = 'gauge']) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(([labels, value, ending = '']) => `${name}${ending}{${labelsText(labels)}} ${value}`),
    ])
    .concat('')
    .join('\n');
}

/** When a run last succeeded, from the text of a metrics file: seconds since 1970; 0 where the file does not say. */
export function lastSuccessIn(text: string): number {
  const line = text.split('\n').find((each) => each.startsWith(LAST_SUCCESS)) ?? '';
  // The value is the last word: a label may hold any other character.
  const seconds = Number(line.slice(line.lastIndexOf(' ') + 1));
  return Number.isFinite(seconds) ? seconds : 0;
}

function familiesOf(run: string, metrics: RunMetrics): Family[] {
  const { version, exitCode, endedAt, lastSuccess, seconds, stages, inputs, served, retries, memoryBytes } = metrics;
  const sample = (labels: object, value: number): Samples[number] => [{ run, ...labels }, toThousandths(value)];
  const one = (value: number) => [sample({}, value)];
  const byInput = (of: 'rows' | 'rejected' | 'skipped') =>
    inputs.map((read) => sample({ input: read.input }, read[of]));
  const secondsOf = (name: string) => stages.find(({ stage }) => stage === name)?.seconds ?? 0;
  const byStage = STAGES.map((stage) => sample({ stage }, secondsOf(stage)));
  return [
    ['recommend_build_info', 'The version of the program.', [sample({ version }, 1)]],
    ['recommend_exit_code', 'Exit code of the last run.', one(exitCode)],
    ['recommend_success', '1 where the last run ended with exit code 0, else 0.', one(exitCode === 0 ? 1 : 0)],
    ['recommend_last_run_timestamp_seconds', 'When the last run ended.', one(endedAt)],
    [LAST_SUCCESS, 'When a run last ended with exit code 0; 0 for never.', one(lastSuccess)],
    ['recommend_duration_seconds', 'How long the last run took.', one(seconds)],
    [
      'recommend_stage_duration_seconds',
      'How long each stage of the last run took; 0 for a stage it did not reach.',
      byStage,
    ],
    ['recommend_users_served', 'Users who were served, with a full or a short list.', one(served?.users ?? 0)],
    ['recommend_users_short', 'Users whose list is shorter than requested.', one(served?.short ?? 0)],
    ['recommend_users_cold', 'Users without a history.', one(served?.cold ?? 0)],
    ['recommend_users_failed', 'Users whom no worker could serve.', one(served?.failed ?? 0)],
    ['recommend_input_rows', 'Rows of an input file, refused and skipped ones included.', byInput('rows')],
    ['recommend_input_rows_rejected', 'Rows that cannot be read.', byInput('rejected')],
    ['recommend_input_rows_skipped', 'Rows without an id or without weight.', byInput('skipped')],
    ['recommend_retries', 'Pieces of work that were retried.', one(retries)],
    ['recommend_peak_memory_bytes', 'The most memory that all processes of the run had at once.', one(memoryBytes)],
  ];
}

/** Labels, their values escaped as the format requires. */
function labelsText(labels: Record<string, string>): string {
  const escaped = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/** The text of a metrics file. After a failed run, the time of the last success is taken from the existing file. */
export function metricsFor(path: string, metrics: Omit<RunMetrics, 'lastSuccess'>): string {
  const lastSuccess = metrics.exitCode === ExitCode.ok ? metrics.endedAt : lastSuccessIn(smallTextOf(path) ?? '');
  // "recommend" of "/var/lib/node_exporter/recommend.prom" is unique among the files that a collector reads.
  return metricsText(basename(path).replace(/\.prom$/, ''), { ...metrics, lastSuccess });
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
  if (before === undefined || (before !== '' && !before.startsWith('# HELP recommend_'))) return;
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
