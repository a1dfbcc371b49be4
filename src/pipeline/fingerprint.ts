import { createHash, type Hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { displayName } from '../csv/failures.js';
import type { Dataset } from '../dataset/dataset.js';
import { ExitCode, Failure } from '../failure.js';
import { type BeginEntry, type DataEntry, type InputFacts, JOURNAL_FORMAT } from '../files/journal-entries.js';
import type { Options } from './options.js';

/*
 * Whether two runs come to the same bytes: the same program with the same options over the same data. What was read is compared, not
 * the files: so it holds for pipes as well, and costs no second reading of them.
 */

export const WAY_OUT = 'without --resume a run begins anew, and what is kept goes';

/** What a run is before it has read anything. */
export function beginEntry(options: Options): BeginEntry {
  return { kind: 'begin', format: JOURNAL_FORMAT, version: options.version, options: decisive(options) };
}

/** What a run has read. */
export function dataEntry(dataset: Dataset, options: Options): DataEntry {
  const { users, items, interactions } = options;
  const hash = createHash('sha256');
  addTo(hash, dataset);
  const paths = [users, items, interactions].filter((path) => path !== undefined);
  return { kind: 'data', hash: hash.digest('hex'), inputs: paths.map(factsOf) };
}

/** @throws Failure 2 or 65, which names what differs, where a run cannot go on with what that one left. */
export function refuseOther(kept: BeginEntry, now: BeginEntry, where: string): void {
  if (kept.version !== now.version || kept.format !== now.format) {
    throw refused(ExitCode.badData, where, `by version ${kept.version} of this program, and this is ${now.version}`);
  }
  const names = [...new Set([...Object.keys(kept.options), ...Object.keys(now.options)])];
  const other = names.find((name) => kept.options[name] !== now.options[name]);
  if (other === undefined) return;
  const told = ({ options }: BeginEntry) => options[other] ?? 'nothing';
  throw refused(ExitCode.usage, where, `with other options: ${other} was ${told(kept)}, and is ${told(now)}`);
}

/** @throws Failure 65, which names the inputs that differ, where other data was read. */
export function refuseOtherData(kept: DataEntry, now: DataEntry, where: string): void {
  if (kept.hash === now.hash) return;
  const changes = now.inputs.flatMap((input, at) => changeOf(kept.inputs[at], input));
  const seen = changes.length > 0 ? changes.join(', ') : now.inputs.map(({ path }) => displayName(path)).join(', ');
  throw refused(ExitCode.badData, where, `from other data: not the same any more in ${seen}`);
}

function refused(exitCode: number, where: string, how: string): Failure {
  return new Failure(exitCode, `--resume: what a run that was cut left in ${where} was made ${how}; ${WAY_OUT}`);
}

/** What can be seen from outside of how a file changed. */
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

/** The options that decide the bytes of the output, each as text. Where files lie does not; what is in them is told by the data. */
function decisive({ method, ...options }: Options): Record<string, string> {
  const { name, settings, fixed } = method;
  const all = {
    '--top': options.top,
    '--titles': options.titles,
    '--safe-csv': options.safeCsv,
    '--include-seen': options.includeSeen,
    '--algorithm': name,
    '--set': [...fixed].map((setting) => `${setting}=${settings[setting]}`).sort(),
    '--max-history': settings.longestHistory,
    '--delimiter': options.delimiter,
    '--attribute-cols': options.attributeColumns,
    '--duplicates': options.duplicates,
    '--ratings': options.ratings,
    '--date-order': options.dayOrder,
    '--event-weights': [...options.eventWeights].map(([type, weight]) => `${type}=${weight}`),
    ...Object.fromEntries(Object.entries(options.named).map(([role, column]) => [`--${role}-col`, column])),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([option, value]) => [option, JSON.stringify(value)]),
  );
}

/** Texts, and bytes, hashed at once. */
const SOME = 10_000;
const MOST_BYTES = 1 << 30;

/** Adds a value and all that is in it, by the names of its parts: a part that is added some day is hashed as well. */
function addTo(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name} ${value.byteLength} `);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    for (let at = 0; at < bytes.length; at += MOST_BYTES) hash.update(bytes.subarray(at, at + MOST_BYTES));
  } else if (Array.isArray(value)) {
    hash.update(`${value.length} `);
    for (let at = 0; at < value.length; at += SOME) hash.update(JSON.stringify(value.slice(at, at + SOME)));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${name}: `);
      addTo(hash, part);
    }
  } else {
    hash.update(`${JSON.stringify(value)} `);
  }
}
