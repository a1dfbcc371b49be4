import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { badData, ExitCode, Failure, messageOf, systemCode } from '../../failure.js';
import { readJson, writeJson } from '../../files/array-file.js';
import { MANIFEST, type RunDirectory } from '../../files/run-directory.js';
import { plural } from '../../quantities.js';
import type { Run } from '../run.js';
import { TimeIsUp } from '../stopping.js';
import { hashOf } from './hash.js';
import { type Manifest, refuseOtherData, WAY_OUT } from './manifest.js';

/*
 * The finished work of a run, in the run's folder beside the output:
 *
 *     manifest                       which run this is: version, options, data
 *     settings-<key>                 the settings that auto found
 *     count-<key>-<from>-<to>        rows of the Gram matrix
 *     learn-<key>-<from>-<to>        rows of the model
 *     recommend-<key>-<from>-<to>    lists
 *     read-<key>-<from>-<to>         in the folder of an array job: rows of a range of a file
 *
 * A key is the hash of everything that the file depends on, so the name alone says what is in the file. All are array files with check
 * sums, written under another name and then renamed. There is no list of them: a file that exists is finished, a missing one gets made.
 */

export const STAGES = { read: 'reading', count: 'counting', learn: 'learning', recommend: 'recommending' } as const;
/** The stages whose shards are ranges of rows; the shards of reading are ranges of bytes. */
export type ShardStage = Exclude<keyof typeof STAGES, 'read'>;
export const SHARD_STAGES: readonly ShardStage[] = ['count', 'learn', 'recommend'];

const SETTINGS = 'settings';
const KEY = '[0-9a-f]{16}';
const KEYED = new RegExp(`^(\\w+)-${KEY}(-\\d+-\\d+)?$`);

export function keyOf(...dependencies: unknown[]): string {
  return hashOf(dependencies).slice(0, 16);
}

/** True for the names of finished work. Other files are useful only to the run that wrote them. */
export function isFinishedWork(name: string): boolean {
  return name === MANIFEST || KEYED.test(name);
}

/**
 * The path prefix of a stage's shard files. Removes shard files of this stage with another key: they were made while a row of an earlier
 * stage was lost. @param key undefined: the shards are useful only to this run.
 */
export function shardOutput(
  { directory, work }: { directory: RunDirectory; work?: string | undefined },
  stage: ShardStage,
  key: string | undefined,
): string {
  if (key === undefined) return directory.file(stage);
  // Other processes use the folder of an array job as well, so nothing is removed there.
  if (work !== undefined) return keyedPath(work, stage, key);
  const output = keyedPath(directory.path, stage, key);
  directory.discard(directory.files((name) => KEYED.exec(name)?.[1] === stage && !name.startsWith(`${stage}-${key}`)));
  return output;
}

export function keyedPath(folder: string, stage: keyof typeof STAGES | typeof SETTINGS, key: string): string {
  return join(folder, `${stage}-${key}`);
}

/** True if another run can use the shard files with this path prefix. */
export function isKeyed(output: string): boolean {
  return new RegExp(`-${KEY}$`).test(output);
}

/** The names of shard files in a folder that do not have any of the path prefixes `outputs`: they depend on other data or options. */
export function staleShards(folder: string, outputs: readonly string[]): string[] {
  const own = outputs.map((output) => `${basename(output)}-`);
  return readdirSync(folder).filter((name) => {
    const stage = KEYED.exec(name)?.[1] ?? '';
    return stage !== 'read' && Object.hasOwn(STAGES, stage) && !own.some((begin) => name.startsWith(begin));
  });
}

/** True if a run has left more than its manifest in the folder. */
export function hasFinishedWork(path: string): boolean {
  return readdirSync(path).some((name) => KEYED.test(name));
}

/** The manifest in the folder of an earlier run; undefined if there is none, and so nothing to resume. @throws Failure 65 */
export function manifestIn(path: string): Manifest | undefined {
  try {
    return readJson(join(path, MANIFEST)) as Manifest;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw badData(`--resume: what an interrupted run left in ${path} cannot be used: ${messageOf(error)}; ${WAY_OUT}`);
  }
}

export type Checkpoint = ReturnType<typeof checkpointIn>;

/**
 * The finished work beside an output: that of this run, and that of the interrupted run which it resumes.
 * @param interrupted the manifest of the interrupted run whose folder this is.
 */
export function checkpointIn(directory: RunDirectory, interrupted: Manifest | undefined) {
  let key = '';
  // Until it is certain that this run resumes it, it must not be removed.
  directory.isKept = interrupted !== undefined;

  /** The finished work, in words; '' if there is none. */
  const finished = (): string => {
    const stages = directory.files(isFinishedWork).map((path) => /(\w+)-[^/]*$/.exec(path)?.[1]);
    const settings = stages.includes(SETTINGS) ? ['the settings of auto'] : [];
    const pieces = Object.entries(STAGES).flatMap(([stage, name]) => {
      const count = stages.filter((each) => each === stage).length;
      return count > 0 ? [`${plural(count, 'piece')} of ${name}`] : [];
    });
    return [...settings, ...pieces].join(', ');
  };

  return {
    finished,

    /**
     * Starts to use the finished work, once the data has been read. @param info is called with a message about what is finished already.
     * @returns the key of the run. @throws Failure 65 if the interrupted run had other data; its folder then stays.
     */
    begin(manifest: Manifest, info: (message: string) => void): string {
      if (interrupted) refuseOtherData(interrupted, manifest, directory.path);
      else writeJson(join(directory.path, MANIFEST), manifest);
      directory.isKept = false;
      if (finished() !== '') info(`going on with an interrupted run, which had finished ${finished()}`);
      key = keyOf(manifest.version, manifest.options, manifest.data.hash);
      return key;
    },

    /** The settings that the interrupted run found; otherwise finds them now and stores them. */
    async settings<T>(warn: (message: string) => void, find: () => Promise<T>): Promise<T> {
      const path = keyedPath(directory.path, SETTINGS, key);
      try {
        if (existsSync(path)) return readJson(path) as T;
      } catch (error) {
        warn(`auto tunes again: ${messageOf(error)}`);
        directory.discard([path]);
      }
      const found = await find();
      writeJson(path, found);
      directory.syncSoon(path);
      return found;
    },
  };
}

/**
 * Decides whether to keep the finished work of a run that failed or was stopped, and says so in the error.
 * @param isStopped true if the run was stopped rather than failed. @param resume whether `--resume` was given. @param stage where it ended.
 */
export function keepFinishedWork(
  error: unknown,
  isStopped: boolean,
  run: Run,
  resume: boolean,
  checkpoint: Checkpoint | undefined,
  stage: string,
): unknown {
  const isTimeUp = error instanceof TimeIsUp;
  const hasWork = checkpoint !== undefined && checkpoint.finished() !== '';
  const mayResume = checkpoint !== undefined && (isTimeUp || resume);
  // A refused folder stays as it was (`isKept`). After a failure before anything was finished, there is nothing to resume.
  const isKept = mayResume && (isStopped || (!run.directory.isKept && hasWork));
  if (isKept) run.directory.isKept = true;
  if (!(error instanceof Failure)) return error;
  const progress = isTimeUp ? ` while ${stage}; no output file was written` : '';
  const isOutOfMemory = error.exitCode === ExitCode.noMemory;
  const missed =
    isOutOfMemory && !resume && hasWork ? '; its finished work is gone; with --resume it would have stayed' : '';
  const rest = isKept ? '; --resume goes on with what is done' : missed;
  return progress + rest === ''
    ? error
    : new Failure(error.exitCode, `${error.message}${progress}${rest}`, { cause: error });
}
