import { statSync } from 'node:fs';
import { displayName } from '../../csv/failures.js';
import { momentText } from '../../events/clock.js';
import { ExitCode, Failure } from '../../failure.js';
import { filesOf, optionOf, RULES } from '../../rules/rules.js';
import { inputPaths } from '../../understanding/inputs.js';
import type { Options } from '../options.js';
import { hashOf } from './hash.js';

/*
 * Everything that the bytes of an output depend on: the version of the program, the options, the data. Two runs with the same manifest
 * write the same bytes. The data is hashed after reading: this works for pipes, too, and reads no file twice.
 */

export interface Manifest {
  version: string;
  /** The options that the output depends on, by name, as text. */
  options: Record<string, string>;
  data: { hash: string; inputs: InputFacts[] };
}

/** The state of an input file; null for a pipe, where it is unknown. */
interface InputFacts {
  path: string;
  bytes: number | null;
  /** Time of the last change, in milliseconds. */
  written: number | null;
}

export const WAY_OUT = 'without --resume the run starts over, and what was left is removed';

/** @param data everything that was read. */
export function manifestOf(options: Options, data: object): Manifest {
  return {
    version: options.version,
    options: decisiveOptions(options),
    // Which items can be sold changes daily. It only affects lists, and is part of their keys.
    data: { hash: hashOf({ ...data, available: undefined }), inputs: inputPaths(options).map(factsOf) },
  };
}

/** @throws Failure 2 or 65, naming the difference, if a run with these options cannot resume the interrupted one. */
export function refuseOtherRun(interrupted: Manifest, options: Options, where: string): void {
  if (interrupted.version !== options.version) {
    throw refused(
      ExitCode.badData,
      where,
      `by version ${interrupted.version} of this program, and this is ${options.version}`,
    );
  }
  const now = decisiveOptions(options);
  const names = [...new Set([...Object.keys(interrupted.options), ...Object.keys(now)])];
  const other = names.find((name) => interrupted.options[name] !== now[name]);
  if (other === undefined) return;
  const shown = (value: string | undefined) => value ?? 'not given';
  const change = `${other} was ${shown(interrupted.options[other])}, and is ${shown(now[other])}`;
  throw refused(ExitCode.usage, where, `with other options: ${change}`);
}

/** @throws Failure 65, naming the inputs that differ, if the interrupted run read other data. */
export function refuseOtherData({ data: before }: Manifest, { data: now }: Manifest, where: string): void {
  if (before.hash === now.hash) return;
  const changes = now.inputs.flatMap((input, at) => changeOf(before.inputs[at], input));
  const seen = changes.length > 0 ? changes.join(', ') : now.inputs.map(({ path }) => displayName(path)).join(', ');
  throw refused(ExitCode.badData, where, `from other data; changed since: ${seen}`);
}

function refused(exitCode: number, where: string, how: string): Failure {
  return new Failure(exitCode, `--resume: what an interrupted run left in ${where} was made ${how}; ${WAY_OUT}`);
}

/** How a file changed, as far as its metadata shows. */
function changeOf(before: InputFacts | undefined, now: InputFacts): string[] {
  const name = displayName(now.path);
  if (before === undefined || before.bytes === null || now.bytes === null) return [name];
  if (before.path !== now.path) return [`${name} (it was ${displayName(before.path)})`];
  if (before.bytes !== now.bytes) return [`${name} (${before.bytes} bytes then, ${now.bytes} now)`];
  return before.written === now.written ? [] : [`${name} (written since)`];
}

function factsOf(path: string): InputFacts {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? { path, bytes: stat.size, written: stat.mtimeMs } : { path, bytes: null, written: null };
}

/**
 * The options that the bytes of the output depend on. The paths of files do not matter: their content is in the hash of the data, and
 * settings (those of `--tuned`, too) are in the keys of all shards that depend on them.
 */
function decisiveOptions({ method, rules, ...options }: Options): Record<string, string> {
  const { name, settings, fixed } = method;
  const { minRating, since, halfLife, now } = options.evidence ?? {};
  const all = {
    '--top': options.top,
    '--format': options.format,
    '--output-columns': options.outputColumns,
    '--reasons': options.reasons,
    '--precision': options.precision,
    '--safe-csv': options.safeCsv,
    '--algorithm': name,
    '--set': [...fixed].map((setting) => `${setting}=${settings[setting]}`).sort(),
    '--max-history': settings.longestHistory,
    '--delimiter': options.delimiter,
    '--encoding': options.encoding,
    '--attributes': options.attributeColumns,
    '--duplicates': options.duplicates,
    '--ratings': options.ratings,
    '--unrated': options.unrated,
    '--no-quotes': options.quotes === false ? true : undefined,
    '--columns': options.columns,
    '--item-columns': options.itemColumns,
    '--date-order': options.dayOrder,
    '--events-where': options.eventsWhere,
    '--min-rating': minRating,
    '--since': since === undefined ? undefined : momentText(since),
    '--half-life': halfLife === undefined ? undefined : `${halfLife / 86_400}d`,
    '--now': now === undefined ? undefined : momentText(now),
    '--event-weights': [...options.eventWeights].map(([type, weight]) => `${type}=${weight}`),
    '--include-seen': rules.includeSeen,
    '--seed': rules.seed,
    ...Object.fromEntries(RULES.map(([name, rule]) => [optionOf(rule), rules.lists[name]])),
    ...Object.fromEntries(Object.keys(filesOf(rules.lists)).map((option) => [option, true])),
    ...Object.fromEntries(Object.entries(options.named).map(([role, column]) => [`--${role}-col`, column])),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([option, value]) => [option, JSON.stringify(value)]),
  );
}
