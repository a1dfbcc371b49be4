import { HYPER_PARAMETERS } from '../model/hyper-parameters.js';
import type { Settings } from '../model/settings.js';
import { plural } from '../report/quantities.js';
import { type Attempt, differences, type Tuning } from './climb.js';

/** What tuning rested on. */
export interface TuningFacts {
  /** What `start` is called. */
  base: string;
  start: Settings;
  /** How many were judged. */
  users: number;
  /** The latest items were held out, not some by lot. */
  latest: boolean;
  seconds: number;
}

/**
 * A paragraph: what was tried, what was chosen, and why.
 * @param cold what was tried for users without a history.
 */
export function tuned(tuning: Tuning, cold: Tuning | undefined, facts: TuningFacts): string {
  const { base, start, users, latest, seconds } = facts;
  const fits = 1 + new Set(tuning.attempts.filter(({ fitted }) => fitted).map(({ fit }) => fit)).size;
  const trials = tuning.attempts.length + (cold?.attempts.length ?? 0);
  const held = latest ? 'the latest items' : 'some items';
  const basis = `judged by ${held} of ${plural(users, 'user')}, held out: ${plural(trials, 'trial')}, ${plural(fits, 'fit')}, ${seconds.toFixed(1)} s`;
  const chosen = [
    ...choice(tuning, start, 'recall and NDCG at 20', `above ${base}`),
    ...(cold ? choice(cold, tuning.settings, 'their lists without a history', 'better') : []),
  ];
  return [basis, ...(chosen.length > 0 ? chosen : [`  ${base} stay: ${whyNothing(tuning)}`])].join('\n');
}

function whyNothing({ declined }: Tuning): string {
  if (declined === undefined) return 'nothing was better beyond noise';
  return `the best that was found gained ${(100 * declined).toFixed(1)} %, too little to hold for what comes later`;
}

function choice(tuning: Tuning, start: Settings, what: string, than: string): string[] {
  const moved = named(differences(start, tuning.settings), start);
  if (moved.length === 0) return [];
  const gain = ((100 * (tuning.after - tuning.before)) / tuning.before).toFixed(1);
  return [`  chose ${moved.join(', ')}: ${what} ${gain} % ${than}`];
}

/** Every trial in a line: what changed, what it was worth, and the gain with its standard error. */
export function tuningTable(tuning: Tuning, cold: Tuning | undefined, base: string): string {
  const rows = (trials: Tuning, from: string) => [
    `    ${trials.before.toFixed(4)}  ${from}`,
    ...trials.attempts.map(
      (attempt) =>
        `  ${attempt.accepted ? '*' : ' '} ${attempt.worth.toFixed(4)}  ${signed(attempt.gain)} ± ${attempt.error.toFixed(4)}  ${changesOf(attempt)}`,
    ),
  ];
  return [...rows(tuning, base), ...(cold ? rows(cold, 'as if they had no history') : [])].join('\n');
}

function changesOf({ changes, fitted }: Attempt): string {
  const names = HYPER_PARAMETERS.filter(({ setting }) => setting in changes);
  const values = names.map(({ key, setting }) => `${key} ${round(Number(changes[setting]))}`);
  return `${values.join(', ')}${fitted ? ' (fit)' : ''}`;
}

function named(changes: Partial<Settings>, before: Settings): string[] {
  return HYPER_PARAMETERS.filter(({ setting }) => setting in changes).map(
    ({ key, setting }) => `${key} ${round(Number(changes[setting]))} (not ${round(before[setting])})`,
  );
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
