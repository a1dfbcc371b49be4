import type { WantedShard } from '../array-jobs/engines.js';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import type { DayOrder } from '../events/day-month.js';
import type { ShardStage } from '../pipeline/finished/checkpoint.js';
import type { DiffOptions, EvaluateOptions, Options, RuleOptions, ServeOptions } from '../pipeline/options.js';
import type { RuleFile } from '../rules/id-rules.js';
import type { RuleValues } from '../rules/rules.js';
import type { Role } from '../understanding/vocabulary.js';

/** Options that are typed in another form than the one in which a run sees them. */
interface Converted
  extends Partial<Record<`${Role}Col`, string[]>>,
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

/** Options that are typed as a run sees them. The values of `--format` depend on the command. */
type Plain<T> = Omit<T, keyof Converted | 'format'>;

/** The options of all commands as commander returns them, by its own keys. A command has those that it declares; others are undefined. */
export type Typed = Converted &
  Plain<Options> &
  Plain<RuleOptions> &
  Plain<EvidenceRules> &
  Plain<EvaluateOptions> &
  Pick<ServeOptions, 'port' | 'host' | 'deadline' | 'queue'> &
  Plain<DiffOptions>;

/** Some of the members of an object, in that order. */
export function picked<T, N extends keyof T>(from: T, ...names: N[]): Pick<T, N> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, N>;
}
