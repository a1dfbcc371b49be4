import { HYPER_PARAMETERS, type HyperParameter } from '../model/hyper-parameters.js';
import { DEFAULT_SETTINGS, type Settings } from '../model/settings.js';
import type { Trial } from '../tuning/climb.js';
import { type FileFacts, isCount } from './array-file.js';

/** The stages whose shards are kept. */
export const KEPT_STAGES = ['counting', 'learning', 'recommending'] as const;
export type KeptStage = (typeof KEPT_STAGES)[number];

/** What a run is, as far as it is known before anything is read. The first entry of every journal. */
export interface BeginEntry {
  kind: 'begin';
  /** Of the journal. */
  format: number;
  /** Of the program. */
  version: string;
  /** The options that decide the bytes, by name, as text. */
  options: Record<string, string>;
}

/** What was read. */
export interface DataEntry {
  kind: 'data';
  /** A hash of all of it. */
  hash: string;
  inputs: InputFacts[];
}

/** An input file as it lay there; what cannot be known of a pipe is null. */
export interface InputFacts {
  path: string;
  bytes: number | null;
  /** When it was last written, in milliseconds. */
  written: number | null;
}

/** The settings to learn with, and how they came about. */
export interface SettledEntry {
  kind: 'settled';
  settings: Settings;
  /** Null for a method by name. */
  auto: AutoRecord | null;
}

/** How `auto` came to its settings. */
export interface AutoRecord {
  /** In a few lines for people. */
  explanation: string;
  /** The trials as a table for people; '' where there was too little to judge by. */
  table: string;
  /** What was tried, in order, and what was tried for users without a history. */
  trials: Trial[];
  coldTrials: Trial[];
}

/** Rows of the Gram matrix or of the model, in files of the run's directory. */
export interface FilesEntry {
  kind: 'files';
  stage: 'counting' | 'learning';
  from: number;
  to: number;
  files: (FileFacts & { name: string })[];
}

/** Lists of users, which are the bytes `at` to `end` of the output. */
export interface ListsEntry {
  kind: 'lists';
  from: number;
  to: number;
  rows: number;
  short: number;
  empty: number;
  at: number;
  end: number;
  sum: number;
}

/** A row that no worker could work. */
export interface LostEntry {
  kind: 'lost';
  stage: KeptStage;
  row: number;
  why: string;
}

/** What was kept of a stage, from that row on, is not there any more. */
export interface ForgetEntry {
  kind: 'forget';
  stage: KeptStage;
  from: number;
}

export type Entry = BeginEntry | DataEntry | SettledEntry | FilesEntry | ListsEntry | LostEntry | ForgetEntry;

/** Changes with the entries. */
export const JOURNAL_FORMAT = 2;

/** The entry, if it is one, with nothing in it that cannot be: undefined for anything else. */
export function asEntry(value: unknown): Entry | undefined {
  if (!isObject(value)) return undefined;
  switch (value.kind) {
    case 'begin': {
      const { kind, format, version, options } = value;
      if (!isCount(format) || typeof version !== 'string' || !isObject(options)) return undefined;
      if (!Object.values(options).every((text) => typeof text === 'string')) return undefined;
      return { kind, format, version, options: options as Record<string, string> };
    }
    case 'data': {
      const { kind, hash, inputs } = value;
      if (typeof hash !== 'string' || !Array.isArray(inputs) || !inputs.every(isInput)) return undefined;
      return { kind, hash, inputs };
    }
    case 'settled': {
      const { kind, settings, auto } = value;
      return isSettings(settings) && (auto === null || isAutoRecord(auto)) ? { kind, settings, auto } : undefined;
    }
    case 'files': {
      const { kind, stage, from, to, files } = value;
      if (stage !== 'counting' && stage !== 'learning') return undefined;
      if (!areRows(from, to) || !Array.isArray(files) || !files.every(isFile)) return undefined;
      return { kind, stage, from, to: to as number, files };
    }
    case 'lists':
      return asLists(value);
    case 'lost': {
      const { kind, stage, row, why } = value;
      if (!isStage(stage) || !isCount(row) || typeof why !== 'string') return undefined;
      return { kind, stage, row, why };
    }
    case 'forget': {
      const { kind, stage, from } = value;
      return isStage(stage) && isCount(from) ? { kind, stage, from } : undefined;
    }
    default:
      return undefined;
  }
}

function asLists({ from, to, rows, short, empty, at, end, sum }: Record<string, unknown>): ListsEntry | undefined {
  if (!isCount(from) || !isCount(to) || !isCount(rows) || !isCount(short) || !isCount(empty)) return undefined;
  if (!isCount(at) || !isCount(end) || !isCount(sum) || from >= to || at > end) return undefined;
  return { kind: 'lists', from, to, rows, short, empty, at, end, sum };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStage(value: unknown): value is KeptStage {
  return KEPT_STAGES.some((stage) => stage === value);
}

function areRows(from: unknown, to: unknown): from is number {
  return isCount(from) && isCount(to) && from < to;
}

function isInput(value: unknown): value is InputFacts {
  if (!isObject(value)) return false;
  const { path, bytes, written } = value;
  return (
    typeof path === 'string' && (bytes === null || isCount(bytes)) && (written === null || Number.isFinite(written))
  );
}

/** A name, not a path: what is kept lies in the run's own directory. */
const NAME = /^[\w-][\w.-]*$/;

function isFile(value: unknown): value is FileFacts & { name: string } {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    NAME.test(value.name) &&
    isCount(value.bytes) &&
    isCount(value.sum)
  );
}

const METHODS: readonly unknown[] = ['normalised', 'jaccard', 'ridge', 'ease', 'none'] satisfies Settings['method'][];
const WEIGHTINGS: readonly unknown[] = ['plain', 'binary', 'tfidf', 'bm25'] satisfies Settings['weighting'][];

/** Settings that a run can have: sizes among them decide what is allocated. */
function isSettings(value: unknown): value is Settings {
  if (!isObject(value) || Object.keys(value).length !== Object.keys(DEFAULT_SETTINGS).length) return false;
  const { method, weighting, userWeight, longestHistory } = value;
  if (!METHODS.includes(method) || !WEIGHTINGS.includes(weighting)) return false;
  if ((userWeight !== 0 && userWeight !== 1) || !isCount(longestHistory)) return false;
  return HYPER_PARAMETERS.every((parameter) => isValueOf(parameter, value[parameter.setting]));
}

function isValueOf({ low, high, whole }: HyperParameter, value: unknown): boolean {
  if (typeof value !== 'number' || !(value >= low && value <= high)) return false;
  return !whole || Number.isInteger(value);
}

function isAutoRecord(value: unknown): value is AutoRecord {
  if (!isObject(value)) return false;
  const { explanation, table, trials, coldTrials } = value;
  return typeof explanation === 'string' && typeof table === 'string' && areTrials(trials) && areTrials(coldTrials);
}

function areTrials(value: unknown): value is Trial[] {
  return Array.isArray(value) && value.every(isTrial);
}

function isTrial(value: unknown): value is Trial {
  if (!isObject(value) || !isObject(value.changes)) return false;
  const { utility, gain, error, accepted, fit, fitted } = value;
  if (![utility, gain, error].every(Number.isFinite) || !isCount(fit)) return false;
  if (typeof accepted !== 'boolean' || typeof fitted !== 'boolean') return false;
  return Object.entries(value.changes).every(([name, changed]) => {
    const parameter = HYPER_PARAMETERS.find(({ setting }) => setting === name);
    return parameter !== undefined && isValueOf(parameter, changed);
  });
}
