import type { HoldoutKind } from '../evaluation/split.js';
import { byKey, DEFAULT_SETTINGS, HYPER_PARAMETERS, type HyperParameter, type Settings } from '../model/settings.js';
import { plural } from '../quantities.js';
import { differences, type Trial, type Tuning } from './climb.js';

/** How a tuning was done. */
export interface TuningFacts {
  /** What the report calls the starting settings. */
  base: string;
  start: Settings;
  /** How many users' lists were evaluated. */
  users: number;
  held: HoldoutKind;
  seconds: number;
}

/** How `auto` chose its settings. */
export interface AutoRecord {
  /** A few lines for people. */
  explanation: string;
  /** The trials as a table for people; '' if there was too little data to evaluate by. */
  table: string;
  /** The relative gain of the settings over those it started from; null if those found no held-out item. */
  gain: number | null;
  /** What was tried, in order, and what was tried for users without a history. */
  trials: Trial[];
  coldTrials: Trial[];
}

/** What was held out, for the summary. */
const HELD: Readonly<Record<HoldoutKind, string>> = {
  last: 'the latest items of each',
  random: 'some items of each',
  time: 'the latest interactions of all',
};

/**
 * A paragraph: what was tried, what was chosen, and why.
 * @param cold the tuning for users without a history.
 */
export function tuningSummary(tuning: Tuning, cold: Tuning | undefined, facts: TuningFacts): string {
  const { base, start, users, held, seconds } = facts;
  const fits = 1 + new Set(tuning.trials.filter(({ fitted }) => fitted).map(({ fit }) => fit)).size;
  const trials = tuning.trials.length + (cold?.trials.length ?? 0);
  const basis = `tuned on ${plural(users, 'user')}, ${HELD[held]} held out: ${plural(trials, 'trial')}, ${plural(fits, 'fit')}, ${seconds.toFixed(1)} s`;
  const chosen = [
    ...choice(tuning, start, 'recall and NDCG at 20', `above ${base}`),
    ...(cold ? choice(cold, tuning.settings, 'their lists without a history', 'better') : []),
  ];
  return [basis, ...(chosen.length > 0 ? chosen : [`  ${base} stay: ${whyKept(tuning)}`])].join('\n');
}

function whyKept({ declined, lost }: Tuning): string {
  if (declined === undefined) return 'nothing was better beyond noise';
  const gained = `the best settings found gained ${(100 * declined).toFixed(1)} %`;
  if (lost !== undefined)
    return `${gained}, and lost ${(100 * lost).toFixed(1)} % where everybody's own latest items are held out`;
  return `the best settings found gained only ${(100 * declined).toFixed(1)} %, which may not last`;
}

function choice(tuning: Tuning, start: Settings, what: string, than: string): string[] {
  const changes = valuesOf(differences(start, tuning.settings), (setting) => ` (not ${round(start[setting])})`);
  if (changes === '') return [];
  const gain = ((100 * (tuning.after - tuning.before)) / tuning.before).toFixed(1);
  return [`  chose ${changes}: ${what} ${gain} % ${than}`];
}

/** The options that give the same lists without tuning: what differs from the defaults of ridge, where `auto` starts. */
export function asOptions(settings: Settings): string {
  return ['--algorithm ridge', ...assignments(differences(DEFAULT_SETTINGS, settings))].join(' ');
}

/** Settings as they are typed. */
export function assignments(settings: Partial<Settings>): string[] {
  return Object.entries(byKey(settings)).map(([key, value]) => `--set ${key}=${value}`);
}

/** A line per trial: what changed, its utility, and the gain with its standard error; accepted ones have a star. */
export function trialTable(tuning: Tuning, cold: Tuning | undefined, base: string): string {
  const rows = ({ before, trials }: Tuning, start: string) => [
    `    ${before.toFixed(4)}  ${start}`,
    ...trials.map(trialRow),
  ];
  return [...rows(tuning, base), ...(cold ? rows(cold, 'as if they had no history') : [])].join('\n');
}

function trialRow({ changes, utility, gain, error, accepted, fitted }: Trial): string {
  const signed = `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(4)}`;
  return `  ${accepted ? '*' : ' '} ${utility.toFixed(4)}  ${signed} ± ${error.toFixed(4)}  ${valuesOf(changes)}${fitted ? ' (fit)' : ''}`;
}

/** "lambda 3, power 1.25", in the order of the documented settings. */
function valuesOf(changes: Partial<Settings>, note: (setting: HyperParameter['setting']) => string = () => ''): string {
  return HYPER_PARAMETERS.filter(({ setting }) => setting in changes)
    .map(({ key, setting }) => `${key} ${round(Number(changes[setting]))}${note(setting)}`)
    .join(', ');
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
