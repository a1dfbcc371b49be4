import type { Served } from './summary.js';

/** What metrics are made of. */
export interface RunMetrics {
  version: string;
  exitCode: number;
  /** Seconds since 1970 when it ended, and when one last ended with 0; 0: never. */
  endedAt: number;
  lastSuccess: number;
  /** Seconds it took, and each of its stages. */
  seconds: number;
  stages: readonly { stage: string; seconds: number }[];
  /** What was read for each option that names a file. */
  inputs: readonly { input: string; rows: number; rejected: number; skipped: number }[];
  /** Undefined: it did not come so far. */
  served: Served | undefined;
  retries: number;
  memoryBytes: number;
}

const STAGES = ['reading', 'tuning', 'learning', 'recommending'];

interface Family {
  name: string;
  help: string;
  samples: [labels: Record<string, string>, value: number][];
}

const LAST_SUCCESS = 'recommend_last_success_timestamp_seconds';

/**
 * The metrics of a run in Prometheus' text format, for a file of its textfile collector: all of them gauges, since each run
 * begins anew, and whatever became of the run all are there.
 *
 * @param run tells the files of several jobs on one machine apart: the collector refuses one name with the same labels twice.
 */
export function metricsText(run: string, metrics: RunMetrics): string {
  return familiesOf(metrics)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(([labels, value]) => `${name}{${labelsText({ run, ...labels })}} ${toMillis(value)}`),
    ])
    .concat('')
    .join('\n');
}

/** When a run last succeeded, as such a file says: seconds since 1970, 0 where it tells of none. */
export function lastSuccessIn(text: string): number {
  const [, value] = new RegExp(`^${LAST_SUCCESS}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? [];
  const seconds = Number(value);
  return Number.isFinite(seconds) ? seconds : 0;
}

/** Whether a file holds metrics of ours. */
export function holdsMetrics(text: string): boolean {
  return text.startsWith('# HELP recommend_');
}

function familiesOf(metrics: RunMetrics): Family[] {
  const { version, exitCode, endedAt, lastSuccess, seconds, stages, inputs, served, retries, memoryBytes } = metrics;
  const one = (name: string, help: string, value: number): Family => ({ name, help, samples: [[{}, value]] });
  const byInput = (name: string, help: string, of: 'rows' | 'rejected' | 'skipped'): Family => ({
    name,
    help,
    samples: inputs.map((read) => [{ input: read.input }, read[of]]),
  });
  const secondsOf = (name: string) => stages.find(({ stage }) => stage === name)?.seconds ?? 0;
  return [
    { name: 'recommend_build_info', help: 'The version of the program.', samples: [[{ version }, 1]] },
    one('recommend_exit_code', 'Exit code of the last run.', exitCode),
    one('recommend_success', '1 where the last run ended with exit code 0, else 0.', exitCode === 0 ? 1 : 0),
    one('recommend_last_run_timestamp_seconds', 'When the last run ended.', endedAt),
    one(LAST_SUCCESS, 'When a run last ended with exit code 0; 0 for never.', lastSuccess),
    one('recommend_duration_seconds', 'How long the last run took.', seconds),
    {
      name: 'recommend_stage_duration_seconds',
      help: 'How long each stage of the last run took; 0 for one it did not come to.',
      samples: STAGES.map((stage) => [{ stage }, secondsOf(stage)]),
    },
    one('recommend_users_served', 'Users who were served, if with a short list.', served?.users ?? 0),
    one('recommend_users_short', 'Users whose list is shorter than was asked for.', served?.short ?? 0),
    one('recommend_users_cold', 'Users without a history.', served?.cold ?? 0),
    one('recommend_users_failed', 'Users whom no worker could serve.', served?.failed ?? 0),
    byInput('recommend_input_rows', 'Rows of an input file, refused and skipped ones included.', 'rows'),
    byInput('recommend_input_rows_rejected', 'Rows that cannot be read.', 'rejected'),
    byInput('recommend_input_rows_skipped', 'Rows without an id or without weight.', 'skipped'),
    one('recommend_retries', 'Pieces of work that were tried again.', retries),
    one('recommend_peak_memory_bytes', 'The most memory that all processes of the run had at once.', memoryBytes),
  ];
}

function toMillis(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/** A label's value, as the format wants it. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
