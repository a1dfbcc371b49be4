import { HYPER_PARAMETERS } from '../model/hyper-parameters.js';
import type { Settings } from '../model/settings.js';
import { type Attempt, differences, type Tuning } from '../model/tuning.js';
import { plural } from './report.js';

/** What tuning rested on. */
export interface TuningFacts {
  start: Settings;
  /** How many were judged. */
  users: number;
  /** The latest items were held out, not some by lot. */
  latest: boolean;
  seconds: number;
}

/** A paragraph: what was tried, what was chosen, and why. */
export function tuned(tuning: Tuning, { start, users, latest, seconds }: TuningFacts): string {
  const fits = 1 + new Set(tuning.attempts.filter(({ fitted }) => fitted).map(({ fit }) => fit)).size;
  const held = latest ? 'the latest items' : 'some items';
  const basis = `judged by ${held} of ${plural(users, 'user')}, held out: ${plural(tuning.attempts.length, 'trial')}, ${plural(fits, 'fit')}, ${seconds.toFixed(1)} s`;
  const moved = named(differences(start, tuning.settings), start);
  if (moved.length === 0) return `${basis}\n  the fixed defaults stay: nothing was better beyond noise`;
  const gain = ((100 * (tuning.after - tuning.before)) / tuning.before).toFixed(1);
  return `${basis}\n  chose ${moved.join(', ')}: recall and NDCG at 20 ${gain} % above the fixed defaults on them`;
}

/** Every trial in a line: what changed, what it was worth, and the gain with its standard error. */
export function tuningTable(tuning: Tuning): string {
  const lines = tuning.attempts.map(
    (attempt) =>
      `  ${attempt.accepted ? '*' : ' '} ${attempt.worth.toFixed(4)}  ${signed(attempt.gain)} ± ${attempt.error.toFixed(4)}  ${changesOf(attempt)}`,
  );
  return [`    ${tuning.before.toFixed(4)}  the fixed defaults`, ...lines].join('\n');
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
  return Number(value.toPrecision(3));
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
