import { toThousandths } from './quantities.js';
import type { Served } from './summary.js';

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

const STAGES = ['reading', 'tuning', 'learning', 'recommending'];

interface Family {
  name: string;
  help: string;
  samples: [labels: Record<string, string>, value: number][];
}

const LAST_SUCCESS = 'recommend_last_success_timestamp_seconds';

/**
 * The metrics of a run in Prometheus' text format, for its textfile collector. All are gauges, since each run starts from zero. All
 * are always present, however the run ended: a metric that is missing fires no alert.
 *
 * @param run becomes a label that distinguishes jobs on one machine: the collector refuses the same name and labels twice.
 */
export function metricsText(run: string, metrics: RunMetrics): string {
  return familiesOf(metrics)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(([labels, value]) => `${name}{${labelsText({ run, ...labels })}} ${toThousandths(value)}`),
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

/** True for the text of a metrics file that this program wrote. */
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
      help: 'How long each stage of the last run took; 0 for a stage it did not reach.',
      samples: STAGES.map((stage) => [{ stage }, secondsOf(stage)]),
    },
    one('recommend_users_served', 'Users who were served, with a full or a short list.', served?.users ?? 0),
    one('recommend_users_short', 'Users whose list is shorter than requested.', served?.short ?? 0),
    one('recommend_users_cold', 'Users without a history.', served?.cold ?? 0),
    one('recommend_users_failed', 'Users whom no worker could serve.', served?.failed ?? 0),
    byInput('recommend_input_rows', 'Rows of an input file, refused and skipped ones included.', 'rows'),
    byInput('recommend_input_rows_rejected', 'Rows that cannot be read.', 'rejected'),
    byInput('recommend_input_rows_skipped', 'Rows without an id or without weight.', 'skipped'),
    one('recommend_retries', 'Pieces of work that were retried.', retries),
    one('recommend_peak_memory_bytes', 'The most memory that all processes of the run had at once.', memoryBytes),
  ];
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/** The value of a label, escaped as the format requires. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
