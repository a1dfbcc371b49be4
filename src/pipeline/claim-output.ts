import { join } from 'node:path';
import { ExitCode, Failure, messageOf, systemCode, usageFailure } from '../failure.js';
import { type FileToBe, fileToBe } from '../files/destination.js';
import { Journal, readJournal } from '../files/journal.js';
import { asEntry, type BeginEntry, type Entry } from '../files/journal-entries.js';
import { ListsFile } from '../files/lists-file.js';
import { lockOutput } from '../files/lock.js';
import { JOURNAL, RunDirectory, removeRunDirectory } from '../files/run-directory.js';
import { cannotCreate, type Destination } from '../files/writing.js';
import { beginEntry, refuseOther, WAY_OUT } from './fingerprint.js';
import { KeptWork } from './kept.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** Where a run writes. */
export interface Place {
  destination: Destination;
  /** Where the output is a file: the file before it is whole, and what is kept. */
  file: { lists: ListsFile; kept: KeptWork } | undefined;
  /** Lets other runs have it; the last that is done. */
  leave: () => void;
}

/**
 * Opens the output, alone, and the run's directory beside it where it is a file; with what a run that was cut has left there, if that
 * is to be gone on with.
 *
 * @throws Failure 73 where the output cannot be made, 2 where it is none to resume, 75 where another run holds it, 2 or 65 where what was left is not of this run.
 */
export async function openPlace(run: Run, options: Options, interrupted: AbortSignal): Promise<Place> {
  const target = fileToBe(options.output);
  if (!target && options.resume) {
    throw usageFailure(`--resume needs an output file, and ${options.output} is a pipe or a device: -o FILE`);
  }
  if (!target) return { destination: run.open(options.output), file: undefined, leave: () => {} };
  const leave = await lockOutput(target.path, {
    wait: options.lockWait,
    onWait: (who) => run.info(`${options.output} is being written by ${who}: waiting`),
    interrupted,
  }).catch((error) => {
    throw error instanceof Failure ? error : cannotCreate(options.output, error);
  });
  try {
    const file = openFile(run, options, target);
    return { destination: file.lists, file, leave };
  } catch (error) {
    leave();
    throw error;
  }
}

function openFile(run: Run, options: Options, target: FileToBe) {
  const begin = beginEntry(options);
  const left = RunDirectory.leftBeside(target.path).map((path) => ({ path, ...leftIn(path) }));
  const taken = options.resume ? left.find((each) => each.entries.length > 0 || each.broken !== undefined) : undefined;
  if (taken) refuseUnlike(taken, begin);
  for (const each of left) {
    if (each === taken) continue;
    if (!options.resume && each.entries.length > 1) {
      run.info(
        `what a run that was cut had finished of ${options.output} is removed; --resume would have gone on with it`,
      );
    }
    removeRunDirectory(each.path);
  }
  const directory = taken ? RunDirectory.takenOver(taken.path, target.path) : madeBeside(target.path);
  // Until it is sure that this run goes on with it, it is not ours to remove.
  directory.keep(taken !== undefined);
  run.settleIn(directory);
  const journal = new Journal(join(directory.path, JOURNAL), taken?.length);
  const kept = new KeptWork(directory, journal, taken?.entries ?? [], run.warn);
  if (taken?.broken !== undefined)
    run.warn(`${taken.broken} in the journal of the run that was cut: what follows is done again`);
  if (!taken) kept.keepBegin(begin);
  return { lists: new ListsFile(target, directory), kept };
}

/** What a run has left in its directory. */
interface Left {
  entries: Entry[];
  /** Bytes of the journal that hold them. */
  length: number;
  broken: string | undefined;
}

function leftIn(path: string): Left {
  try {
    const { entries: values, length, broken } = readJournal(join(path, JOURNAL));
    const entries = values.map(asEntry);
    const unknown = entries.indexOf(undefined);
    if (unknown >= 0) return { entries: [], length: 0, broken: `line ${unknown + 1} is none of this version’s` };
    return { entries: entries.filter((entry) => entry !== undefined), length, broken };
  } catch (error) {
    // Cut before it had a journal, or when it removed all.
    if (systemCode(error) === 'ENOENT') return { entries: [], length: 0, broken: undefined };
    return { entries: [], length: 0, broken: messageOf(error) };
  }
}

/** @throws Failure 2 or 65 where what was left is not of such a run. */
function refuseUnlike({ path, entries, broken }: Left & { path: string }, begin: BeginEntry): void {
  const [first] = entries;
  if (first?.kind !== 'begin') {
    throw new Failure(
      ExitCode.badData,
      `--resume: what a run that was cut left in ${path} cannot be read (${broken ?? 'its journal has no beginning'}); ${WAY_OUT}`,
    );
  }
  refuseOther(first, begin, path);
}

function madeBeside(output: string): RunDirectory {
  try {
    return RunDirectory.beside(output);
  } catch (error) {
    throw cannotCreate(output, error);
  }
}
