import type { Expression } from '../conditions/expression.js';
import type { Availability } from '../dataset/attributes/availability.js';
import type { Inputs } from '../dataset/inputs.js';
import type { HoldoutKind } from '../evaluation/split.js';
import type { Reading } from '../events/read-events.js';
import type { OutputFormat } from '../output/formats.js';
import type { WeightFormat } from '../output/weights.js';
import type { LogOptions } from '../report/log.js';
import type { Filters } from '../rules/filters.js';
import type { ColdUsers, RuleFiles } from '../rules/id-rules.js';
import type { RuleValues } from '../rules/rules.js';
import type { NamedColumns } from '../understanding/roles.js';
import type { BalanceName } from '../workers/balance.js';
import type { Method } from './learning/method.js';

/*
 * The options as a run sees them: checked, complete, frozen. cli/ converts what was typed, once; nothing reads flags later.
 */

/** Inputs of a reader that are not options of the command line. */
type NotTyped =
  | keyof Reading
  | 'extraColumns'
  | 'titles'
  | 'keepColumns'
  | 'availability'
  | 'known'
  | 'beforeAggregating';

/** Which files to read, and how. All of it can change the result. */
export interface InputOptions extends Required<Omit<Inputs, NotTyped | 'badRows'>> {
  /** 'stop', 'skip', or the file for rejected rows. */
  badRows: string;
  /** Escapes text that a spreadsheet would run as a formula. */
  safeCsv: boolean;
}

/** Which users get a list, and which items it may hold. All of it changes the output. */
export interface RuleOptions
  extends Pick<Filters, 'includeSeen' | 'seenWindow'>,
    Pick<InputOptions, 'now' | 'dayOrder'> {
  /** Files of ids, by the option that names them. */
  files: RuleFiles;
  /** Users with fewer items of history get no list. */
  minHistory: number;
  coldUsers: ColdUsers;
  /** Conditions on items, or on pairs of item and user; all must hold. */
  where: readonly Expression[];
  /** How to treat columns of the catalogue like `in_stock`. */
  availability: Availability;
  /** Seed of everything random. */
  seed: number;
  /** The rules that make a list out of the best items; only those that were given. */
  lists: RuleValues;
  /** Seconds after which a row of `--exclude-previous` no longer counts; undefined: it always counts. */
  repeatAfter: number | undefined;
}

/** The options of the main command. */
export interface Options extends InputOptions, LogOptions {
  output: string;
  /** The model file: `score` reads it, a run that learns writes it. */
  model: string | undefined;
  format: OutputFormat;
  /** Items per user, 1 to 100,000. */
  top: number;
  /** Maximum number of children at once. It changes speed and memory, never the result. */
  workers: number;
  /** Bytes that all processes together may use; undefined: no limit. It never changes the result. */
  maxMemory: number | undefined;
  /** Which child gets the next shard. It changes speed, never the result. */
  balance: BalanceName;
  method: Method;
  /** The file for the settings that `auto` found; undefined: it tunes every time. */
  tuned: string | undefined;
  /** Days after which it tunes again; Infinity: the age of the settings does not matter. */
  retune: number;
  /** The columns of the output, as `outputColumns` takes them. */
  outputColumns: readonly string[];
  /** Maximum number of parts of a score that a column of reasons names, 1 to 100. */
  reasons: number;
  /** Significant digits of scores, 1 to 15. */
  precision: number;
  /** Whether titles are needed, for a column or for reasons. */
  titles: boolean;
  rules: RuleOptions;
  /** Seconds to wait for another run that writes the same output. */
  lockWait: number;
  /** Continue with the work of an interrupted run. */
  resume: boolean;
  /** Seconds after which the run stops; undefined: never. */
  maxDuration: number | undefined;
  /** Only report how the files are understood. */
  dryRun: boolean;
  summary: string | undefined;
  /** The file for Prometheus metrics. */
  metricsFile: string | undefined;
  /** Of this program. */
  version: string;
}

/** How lists are written. All of it changes the output. */
export type ListOptions = Pick<Options, 'format' | 'top' | 'outputColumns' | 'reasons' | 'precision' | 'safeCsv'>;

/** The options of a question to a saved model. */
export interface QuestionOptions extends LogOptions, Pick<Options, 'output'> {
  model: string;
}

/** The options of `explain`. */
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
  /** A file of item ids. Undefined, and no `item` either: all offered items. */
  items: string | undefined;
  format: 'text' | 'csv' | 'jsonl';
}

export interface AudienceOptions extends QuestionOptions, Pick<Options, 'safeCsv'>, Pick<RuleOptions, 'where'> {
  /** An id or a title. */
  item: string;
  /** Number of users to find. */
  top: number;
}

export interface DescribeOptions extends InputOptions, LogOptions, Pick<Options, 'output' | 'workers'> {
  format: 'text' | 'json';
  /** The file for a page of plots. */
  report?: string | undefined;
  /** Undefined: no lists are requested. */
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
  /** Undefined: `last` if there are times, else `random`. */
  split: HoldoutKind | undefined;
  /** A share in (0, 1), or a whole count ≥ 1. */
  holdout: number;
  /** Names with their settings ("ridge:lambda=3"), none twice, `popular` among them. */
  algorithms: readonly string[];
  /** List lengths to evaluate, rising, none twice. */
  at: readonly number[];
  /** Maximum number of users to evaluate on; undefined: all. */
  sampleUsers: number | undefined;
  /** Attributes of users to group by, as typed. */
  by: readonly string[];
  format: 'table' | 'csv' | 'json';
  /** The file for the metrics of each user. */
  perUser: string | undefined;
  /** The file for a page of plots. */
  report: string | undefined;
}

export interface ServeOptions extends LogOptions, Pick<Options, 'workers' | 'balance' | 'rules' | 'version'> {
  model: string;
  /** 0: any free port. */
  port: number;
  host: string;
  /** Seconds that a request may take. */
  deadline: number;
  /** Maximum number of waiting requests. */
  queue: number;
}

export interface DiffOptions {
  /** Two files of lists; `before` is the older one. */
  before: string;
  after: string;
  named: NamedColumns;
  /** Largest change, and largest share of users who lost their list, that still count as success, 0 to 1; undefined: any. */
  maxChange: number | undefined;
  format: 'table' | 'json';
  output: string;
}
