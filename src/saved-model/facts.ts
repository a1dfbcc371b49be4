import type { DecidedColumn } from '../dataset/attributes/attribute-table.js';
import type { Dataset, FileReport, LearnedStrengths } from '../dataset/dataset.js';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { Settings } from '../model/settings.js';
import type { SignalCounts } from '../model/signals.js';

export const WHAT = 'model of recommend';
/** Changes whenever the content of model files or the meaning of their numbers changes. */
export const FORMAT = 3;

/** What a model is and how it was made: the JSON in its file. */
export interface ModelFacts {
  what: typeof WHAT;
  format: number;
  /** The version of the program that learned it. */
  version: string;
  /** ISO date of learning. */
  learned: string;
  method: { name: string; settings: Settings; explanation: string | null };
  counts: SignalCounts & { users: number; served: number };
  /** How rows of events became strengths: first for the interactions given beside profiles, then for the events of users. */
  strengths: LearnedStrengths[];
  /** Difference between the ends of the rating scale; null: the histories are not ratings. */
  ratingSpan: number | null;
  /** The mean of the ratings that count as evidence; null if all do. */
  countingMean: number | null;
  /** The weights of event types that the user gave. */
  eventWeights: [type: string, weight: number][];
  dayOrder: DayOrder | null;
  /** Which interactions count, and the moment from which ages count. */
  evidence: EvidenceRules;
  /** The time that counted as now, in seconds since 1970. */
  now: number;
  /** Whether the events have times. If not, the times of later events are ignored. */
  times: boolean;
  /** Decisions about the columns of the catalogue, and about those of profiles. */
  attributes: DecidedColumn[];
  groups: DecidedColumn[];
  /** The names of the columns that the model keeps unchanged. */
  itemColumns: string[];
  userColumns: string[];
}

/** Facts from the run that learned the model. */
export type RunFacts = Pick<ModelFacts, 'version' | 'learned' | 'method' | 'now' | 'evidence' | 'countingMean'> & {
  eventWeights: EventWeights;
  /** As the user gave it. */
  dayOrder: DayOrder | undefined;
};

/** @param signals counts of the rows of the model. */
export function factsOf(
  { eventWeights, dayOrder: stated, ...run }: RunFacts,
  { userIds, served, rated, times, itemColumns, userColumns }: Dataset,
  reports: readonly FileReport[],
  signals: SignalCounts,
): ModelFacts {
  const strengths = reports.flatMap(({ interactions }) => (interactions ? [pickStrengths(interactions)] : []));
  const columnsOf = (kind: FileReport['kind']) => reports.find((report) => report.kind === kind)?.columns ?? [];
  return {
    what: WHAT,
    format: FORMAT,
    ...run,
    counts: { ...signals, users: userIds.length, served },
    strengths,
    ratingSpan: rated?.span ?? null,
    eventWeights: [...eventWeights],
    dayOrder: stated ?? reports.map(({ events }) => events?.time?.dayOrder).find(Boolean) ?? null,
    times: times !== undefined,
    attributes: columnsOf('items'),
    groups: columnsOf('profiles'),
    itemColumns: itemColumns.map(({ name }) => name),
    userColumns: userColumns.map(({ name }) => name),
  };
}

function pickStrengths({
  column,
  rule,
  unrated,
  hasStrength,
  duplicates,
  meanRating,
}: LearnedStrengths): LearnedStrengths {
  return { column, rule, unrated, hasStrength, duplicates, meanRating };
}
