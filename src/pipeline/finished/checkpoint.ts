import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { badData, ExitCode, Failure, messageOf, systemCode } from '../../failure.js';
import { readJson, writeJson } from '../../files/json-file.js';
import { MANIFEST, type RunDirectory } from '../../files/run-directory.js';
import { plural } from '../../report/quantities.js';
import type { Run } from '../run.js';
import { TimeIsUp } from '../stopping.js';
import { hashOf } from './hash.js';
import { type Manifest, refuseOtherData, WAY_OUT } from './manifest.js';

/*
 * Finished work of a run, as it lies in the run's folder beside the output:
 *
 *     manifest                       what run this is: version, options, data
 *     settings-<key>                 the settings that auto found
 *     count-<key>-<from>-<to>        rows of the Gram matrix
 *     learn-<key>-<from>-<to>        rows of the model
 *     recommend-<key>-<from>-<to>    lists
 *     read-<key>-<from>-<to>         in the folder of an array job: rows of a range of a file
 *
 * A key is the hash of everything the file rests on, so a name alone says what is in the file. All are array files with check sums,
 * written under another name and renamed. There is no list of them: what is there is finished, what is not is worked.
 */

export const STAGES = { read: 'reading', count: 'counting', learn: 'learning', recommend: 'recommending' } as const;
/** The stages whose shards are rows; those of reading are bytes of files. */
export type ShardStage = Exclude<keyof typeof STAGES, 'read'>;

const SETTINGS = 'settings';
const KEY = '[0-9a-f]{16}';
const KEYED = new RegExp(`^(\\w+)-${KEY}(-\\d+-\\d+)?$`);

export function keyOf(...restsOn: unknown[]): string {
  return hashOf(restsOn).slice(0, 16);
}

/** True for the names of finished work; other files are of use to the run alone that wrote them. */
export function isFinishedWork(name: string): boolean {
  return name === MANIFEST || KEYED.test(name);
}

/**
 * How the paths of a stage's shard files begin. Files that rest on something else are removed: they were made while a row of an earlier
 * stage was lost. @param key undefined: the shards are of use to this run alone.
 */
export function shardOutput(
  { directory, work }: { directory: RunDirectory; work?: string | undefined },
  stage: ShardStage,
  key: string | undefined,
): string {
  if (key === undefined) return directory.file(stage);
  // In the folder of an array job, others work as well.
  if (work !== undefined) return keyedPath(work, stage, key);
  const output = keyedPath(directory.path, stage, key);
  directory.discard(directory.files((name) => KEYED.exec(name)?.[1] === stage && !name.startsWith(`${stage}-${key}`)));
  return output;
}

export function keyedPath(folder: string, stage: keyof typeof STAGES | typeof SETTINGS, key: string): string {
  return join(folder, `${stage}-${key}`);
}

/** True where a shard file outlasts its run. */
export function isKeyed(output: string): boolean {
  return new RegExp(`-${KEY}$`).test(output);
}

/** The names of shard files in a folder that rest on something else than those whose paths begin with `outputs`. */
export function foreignShards(folder: string, outputs: readonly string[]): string[] {
  const own = outputs.map((output) => `${basename(output)}-`);
  return readdirSync(folder).filter((name) => {
    const stage = KEYED.exec(name)?.[1] ?? '';
    return stage !== 'read' && Object.hasOwn(STAGES, stage) && !own.some((begin) => name.startsWith(begin));
  });
}

/** True for a folder in which a run has left more than its manifest. */
export function hasFinishedWork(path: string): boolean {
  return readdirSync(path).some((name) => KEYED.test(name));
}

/** The manifest in a folder that a run has left; undefined where there is none, and so nothing to go on with. @throws Failure 65 */
export function manifestIn(path: string): Manifest | undefined {
  try {
    return readJson(join(path, MANIFEST)) as Manifest;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw badData(`--resume: what an interrupted run left in ${path} cannot be used: ${messageOf(error)}; ${WAY_OUT}`);
  }
}

/** The finished work beside an output: what this run leaves, and what an interrupted one has left. */
export class Checkpoint {
  readonly #directory: RunDirectory;
  readonly #left: Manifest | undefined;
  #key = '';

  /** @param left the manifest of the interrupted run whose folder this is. */
  constructor(directory: RunDirectory, left: Manifest | undefined) {
    this.#directory = directory;
    this.#left = left;
    // Until it is certain that this run goes on with it, it is not ours to remove.
    directory.isKept = left !== undefined;
  }

  /**
   * Begins to use it, once the data is known. @param info is told what is finished already.
   * @returns the key of the run. @throws Failure 65 where the interrupted run had other data; its folder stays then.
   */
  begin(manifest: Manifest, info: (message: string) => void): string {
    if (this.#left) refuseOtherData(this.#left, manifest, this.#directory.path);
    else writeJson(join(this.#directory.path, MANIFEST), manifest);
    this.#directory.isKept = false;
    if (this.finished !== '') info(`going on with an interrupted run, which had finished ${this.finished}`);
    this.#key = keyOf(manifest.version, manifest.options, manifest.data.hash);
    return this.#key;
  }

  /** What is finished, in words; '' where nothing is. */
  get finished(): string {
    const stages = this.#directory.files(isFinishedWork).map((path) => /(\w+)-[^/]*$/.exec(path)?.[1]);
    const settings = stages.includes(SETTINGS) ? ['the settings of auto'] : [];
    const pieces = Object.entries(STAGES).flatMap(([stage, name]) => {
      const count = stages.filter((each) => each === stage).length;
      return count > 0 ? [`${plural(count, 'piece')} of ${name}`] : [];
    });
    return [...settings, ...pieces].join(', ');
  }

  /** The settings an interrupted run has found, else those found now, which are kept. */
  async settings<T>(warn: (message: string) => void, find: () => Promise<T>): Promise<T> {
    const path = keyedPath(this.#directory.path, SETTINGS, this.#key);
    try {
      if (existsSync(path)) return readJson(path) as T;
    } catch (error) {
      warn(`auto tunes again: ${messageOf(error)}`);
      this.#directory.discard([path]);
    }
    const found = await find();
    writeJson(path, found);
    this.#directory.syncSoon(path);
    return found;
  }
}

/**
 * Decides whether the finished work of a run that failed or was stopped stays for another, and adds that to the error.
 * @param isStopped whether it was stopped, and did not fail. @param resume whether `--resume` was given. @param stage it was in.
 */
export function unfinished(
  error: unknown,
  isStopped: boolean,
  run: Run,
  resume: boolean,
  checkpoint: Checkpoint | undefined,
  stage: string,
): unknown {
  const isTimeUp = error instanceof TimeIsUp;
  const hasWork = checkpoint !== undefined && checkpoint.finished !== '';
  const mayResume = checkpoint !== undefined && (isTimeUp || resume);
  // A folder that was refused stays as it was (`isKept`); a failure before anything was finished leaves nothing to go on with.
  const isKept = mayResume && (isStopped || (!run.directory.isKept && hasWork));
  if (isKept) run.directory.isKept = true;
  if (!(error instanceof Failure)) return error;
  const far = isTimeUp ? ` while ${stage}; no output file was written` : '';
  const isShort = error.exitCode === ExitCode.noMemory;
  const missed = isShort && !resume && hasWork ? '; its finished work is gone; with --resume it would have stayed' : '';
  const rest = isKept ? '; --resume goes on with what is done' : missed;
  return far + rest === '' ? error : new Failure(error.exitCode, `${error.message}${far}${rest}`, { cause: error });
}
