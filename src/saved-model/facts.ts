import type { DecidedColumn } from '../dataset/attributes/attribute-table.js';
import type { Dataset, FileReport, LearnedStrengths } from '../dataset/dataset.js';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { Settings } from '../model/settings.js';
import type { SignalCounts } from '../model/signals.js';

export const WHAT = 'model of recommend';
/** Changes with what a model file holds, and with what its numbers mean. */
export const FORMAT = 3;

/** What a model is and how it came about, as the JSON in its file. */
export interface ModelFacts {
  what: typeof WHAT;
  format: number;
  /** Of the program that learned it. */
  version: string;
  /** When, as an ISO date. */
  learned: string;
  method: { name: string; settings: Settings; explanation: string | null };
  counts: SignalCounts & { users: number; served: number };
  /** How rows of events became strengths: of the interactions beside profiles, then of the events of users. */
  strengths: LearnedStrengths[];
  /** From one end of the scale of ratings to the other; null: what is kept of users are no ratings. */
  ratingSpan: number | null;
  /** The mean of the ratings that count as evidence, where some do not. */
  countingMean: number | null;
  /** Weights by type of event that were stated. */
  eventWeights: [type: string, weight: number][];
  dayOrder: DayOrder | null;
  /** What of the interactions counts, with the moment from which ages do. */
  evidence: EvidenceRules;
  /** What counted as now, in seconds since 1970. */
  now: number;
  /** Whether the events have times; if not, those of later ones do not count. */
  times: boolean;
  /** What was decided of the columns of the catalogue, and of those of profiles. */
  attributes: DecidedColumn[];
  groups: DecidedColumn[];
  /** The names of the columns that are kept as the files had them. */
  itemColumns: string[];
  userColumns: string[];
}

/** Facts that the run knows. */
export type RunFacts = Pick<ModelFacts, 'version' | 'learned' | 'method' | 'now' | 'evidence' | 'countingMean'> & {
  eventWeights: EventWeights;
  /** As stated. */
  dayOrder: DayOrder | undefined;
};

/** @param signals the rows of the model. */
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
