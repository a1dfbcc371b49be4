import type { Expression } from '../conditions/expression.js';
import type { Inputs } from '../dataset/inputs.js';
import type { HoldoutKind } from '../evaluation/split.js';
import type { Reading } from '../events/read-events.js';
import type { OutputFormat } from '../output/formats.js';
import type { WeightFormat } from '../output/weights.js';
import type { LogOptions } from '../report/log.js';
import type { Availability } from '../rules/availability.js';
import type { Filters } from '../rules/filters.js';
import type { ColdUsers, RuleFiles } from '../rules/id-rules.js';
import type { RuleValues } from '../rules/rules.js';
import type { NamedColumns } from '../understanding/roles.js';
import type { BalanceName } from '../workers/balance.js';
import type { Method } from './learning/method.js';

/*
 * The options as a run sees them: checked, complete, frozen. What was typed is converted in cli/, once; nothing reads flags later.
 */

/** What a reader is told that nobody types. */
type NotTyped =
  | keyof Reading
  | 'alsoColumns'
  | 'titles'
  | 'keepColumns'
  | 'availability'
  | 'known'
  | 'beforeAggregating';

/** Which files are read, and how, as far as people say it. All of it can change the result. */
export interface InputOptions extends Required<Omit<Inputs, NotTyped | 'badRows'>> {
  /** 'stop', 'skip', or the file that takes rejected rows. */
  badRows: string;
  /** Escapes text that a spreadsheet would run as a formula. */
  safeCsv: boolean;
}

/** Who gets a list, and what it may hold. All of it decides bytes. */
export interface RuleOptions
  extends Pick<Filters, 'includeSeen' | 'seenWindow'>,
    Pick<InputOptions, 'now' | 'dayOrder'> {
  /** Files of ids, by the option that names them. */
  files: RuleFiles;
  /** Users with fewer items of history get no list. */
  minHistory: number;
  coldUsers: ColdUsers;
  /** What items, or pairs of item and user, have to fulfil; all of them. */
  where: readonly Expression[];
  /** What is done with columns of the catalogue like `in_stock`. */
  availability: Availability;
  /** Decides everything random. */
  seed: number;
  /** What makes the list out of the best items; only what was typed. */
  lists: RuleValues;
  /** Seconds after which a row of `--exclude-previous` counts no more; undefined: never. */
  repeatAfter: number | undefined;
}

/** The options of the main command. */
export interface Options extends InputOptions, LogOptions {
  output: string;
  /** The file of the model: `score` reads it, a run that learns writes it. */
  model: string | undefined;
  format: OutputFormat;
  /** Items per user, 1 to 100,000. */
  top: number;
  /** The most children at once; changes speed and memory, never the result. */
  workers: number;
  /** Bytes that all processes together may use; undefined: no limit. Never changes the result. */
  maxMemory: number | undefined;
  /** Which child gets the next shard; changes speed, never the result. */
  balance: BalanceName;
  method: Method;
  /** The file that keeps what `auto` found; undefined: none, it tunes every time. */
  tuned: string | undefined;
  /** Days after which it tunes again; Infinity: never for that reason. */
  retune: number;
  /** The columns of the output, as `outputColumns` takes them. */
  outputColumns: readonly string[];
  /** The most parts of a score that a column of reasons names, 1 to 100. */
  reasons: number;
  /** Significant digits of scores, 1 to 15. */
  precision: number;
  /** Whether titles are wanted: in a column, or in reasons. */
  titles: boolean;
  rules: RuleOptions;
  /** Seconds to wait for another run that writes the same output. */
  lockWait: number;
  /** Continue with the work of an interrupted run. */
  resume: boolean;
  /** Seconds after which the run stops; undefined: never. */
  maxDuration: number | undefined;
  /** Say how the files are understood, and do nothing else. */
  dryRun: boolean;
  summary: string | undefined;
  /** The file that takes metrics for Prometheus. */
  metricsFile: string | undefined;
  /** Of this program. */
  version: string;
}

/** What lists look like. All of it decides bytes. */
export type ListOptions = Pick<Options, 'format' | 'top' | 'outputColumns' | 'reasons' | 'precision' | 'safeCsv'>;

/** What is asked of a model that was kept, and where the answer goes. */
export interface QuestionOptions extends LogOptions, Pick<Options, 'output'> {
  model: string;
}

/** The options of `explain`; `format` is that of the answer. */
export interface ExplainOptions extends QuestionOptions, Pick<Options, 'top' | 'reasons' | 'rules'> {
  /** An id. */
  user: string;
  format: 'text' | 'json';
}

export interface SimilarOptions
  extends QuestionOptions,
    Pick<Options, 'top' | 'titles' | 'safeCsv'>,
    Pick<RuleOptions, 'availability' | 'where'> {
  /** An id or a title. */
  item: string | undefined;
  /** The file of the items to ask for; undefined beside no item: all that are offered. */
  items: string | undefined;
  format: 'text' | 'csv' | 'jsonl';
}

export interface AudienceOptions extends QuestionOptions, Pick<Options, 'safeCsv'>, Pick<RuleOptions, 'where'> {
  /** An id or a title. */
  item: string;
  /** Users to find. */
  top: number;
}

export interface DescribeOptions extends InputOptions, LogOptions, Pick<Options, 'output' | 'workers'> {
  format: 'text' | 'json';
  /** The file that takes a page of plots. */
  report?: string | undefined;
  /** Undefined: nobody asks for lists. */
  rules?: RuleOptions;
  /** The arguments of the run that is described. */
  typed: readonly string[];
}

export interface ExportOptions extends QuestionOptions {
  format: WeightFormat;
}

export interface EvaluateOptions
  extends InputOptions,
    LogOptions,
    Pick<Options, 'output' | 'workers' | 'rules'>,
    Pick<RuleOptions, 'seed'> {
  /** Events to evaluate on, instead of a part of the input. */
  test: string | undefined;
  /** Undefined: `last` where there are times, else `random`. */
  split: HoldoutKind | undefined;
  /** A share in (0, 1), or a whole count ≥ 1. */
  holdout: number;
  /** Names with their settings ("ridge:lambda=3"), none twice, `popular` among them. */
  algorithms: readonly string[];
  /** List lengths to evaluate, rising, none twice. */
  at: readonly number[];
  /** The most users to evaluate on; undefined: all. */
  sampleUsers: number | undefined;
  /** Attributes of users to group by, as typed. */
  by: readonly string[];
  format: 'table' | 'csv' | 'json';
  /** The file that takes the metrics of each user. */
  perUser: string | undefined;
  /** The file that takes a page of plots. */
  report: string | undefined;
}

export interface ServeOptions extends LogOptions, Pick<Options, 'workers' | 'balance' | 'rules' | 'version'> {
  model: string;
  /** 0: one that is free. */
  port: number;
  host: string;
  /** Seconds that a request may take. */
  deadline: number;
  /** The most requests that wait. */
  queue: number;
}

export interface DiffOptions {
  /** The files of lists, the older one first. */
  before: string;
  after: string;
  named: NamedColumns;
  /** The largest change that is no failure, and the largest share of users without a list any more, 0 to 1; undefined: any. */
  maxChange: number | undefined;
  format: 'table' | 'json';
  output: string;
}
