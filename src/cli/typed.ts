import type { WantedShard } from '../array-jobs/engines.js';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import type { DayOrder } from '../events/day-month.js';
import type { ShardStage } from '../pipeline/finished/checkpoint.js';
import type {
  DiffOptions,
  EvaluateOptions,
  InputOptions,
  Options,
  RuleOptions,
  ServeOptions,
} from '../pipeline/options.js';
import type { RuleFile } from '../rules/id-rules.js';
import type { RuleValues } from '../rules/rules.js';
import type { Role } from '../understanding/vocabulary.js';

type OfFiles = 'items' | 'orders' | 'delimiter' | 'encoding' | 'itemColumns' | 'duplicates' | 'ratings' | 'unrated';
type OfRows = 'eventWeights' | 'eventsWhere' | 'now' | 'badRows' | 'safeCsv';
type OfLists = 'output' | 'top' | 'titles' | 'precision';
type OfRuns =
  | 'model'
  | 'tuned'
  | 'workers'
  | 'maxMemory'
  | 'balance'
  | 'lockWait'
  | 'resume'
  | 'maxDuration'
  | 'dryRun';
type OfReports = 'summary' | 'metricsFile' | 'quiet' | 'verbose' | 'logFormat' | 'pulse';
type OfRules = 'minHistory' | 'coldUsers' | 'includeSeen' | 'seenWindow' | 'repeatAfter' | 'seed';
type OfEvaluation = 'test' | 'split' | 'algorithms' | 'at' | 'sampleUsers' | 'by' | 'perUser' | 'report';

/** The options of all commands as commander returns them, by its own keys. A command has those that it declares; others are undefined. */
export interface Typed
  extends Pick<InputOptions, OfFiles | OfRows>,
    Pick<Options, OfLists | OfRuns | OfReports>,
    Pick<RuleOptions, OfRules>,
    Pick<EvaluateOptions, OfEvaluation>,
    Pick<ServeOptions, 'port' | 'host' | 'deadline' | 'queue'>,
    Pick<DiffOptions, 'maxChange'>,
    Omit<EvidenceRules, 'now'>,
    Partial<Record<`${Role}Col`, string[]>>,
    Partial<Record<RuleFile, string | string[]>>,
    RuleValues {
  users?: string[];
  interactions?: string[];
  /** False for `--no-quotes`, `--no-header`. */
  quotes: boolean;
  header: boolean;
  columns?: string[];
  attributes?: string;
  dateOrder?: DayOrder;
  outputColumns?: string[];
  reasons?: number | true;
  source?: boolean;
  where?: string[];
  availability?: RuleOptions['availability'];
  algorithm: string;
  set: string[];
  retune?: number;
  maxHistory: number;
  /** As it is typed. */
  attributeWeight?: string;
  holdout?: number;
  user?: string;
  item?: string;
  work?: string;
  stage?: ShardStage;
  shard?: WantedShard;
  shards?: number;
}

/** Some of the members of an object, in that order. */
export function picked<T, N extends keyof T>(from: T, ...names: N[]): Pick<T, N> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, N>;
}
