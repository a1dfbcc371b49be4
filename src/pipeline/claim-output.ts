import { Failure, usageFailure } from '../failure.js';
import { AtomicFile, type FileToBe, fileToBe } from '../files/destination.js';
import { lockOutput } from '../files/lock.js';
import { RunDirectory, removeRunDirectory } from '../files/run-directory.js';
import { cannotCreate, type Destination } from '../files/writing.js';
import { Checkpoint, hasFinishedWork, isFinishedWork, manifestIn } from './checkpoint.js';
import { refuseOtherRun } from './manifest.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** Where a run writes. */
export interface ClaimedOutput {
  destination: Destination;
  /** The finished work beside an output file; undefined for standard output, a pipe or a device. */
  checkpoint: Checkpoint | undefined;
  /** Lets other runs have the output; call it last. */
  release: () => void;
}

/**
 * Opens the output for this run alone, and moves the run's directory beside it where it is a file: the directory of an interrupted run, if
 * the run is to go on with that. @throws Failure 73 where the output cannot be created, 2 where --resume needs a file, 75 where another run
 * holds it, 2 or 65 where what was left is of another run.
 */
export async function claimOutput(run: Run, options: Options, interrupted: AbortSignal): Promise<ClaimedOutput> {
  const target = fileToBe(options.output);
  if (!target && options.resume) {
    throw usageFailure(`--resume needs an output file, and ${options.output} is a pipe or a device: -o FILE`);
  }
  if (!target) {
    return { destination: run.open(options.output), checkpoint: undefined, release: () => {} };
  }
  const release = await lockOutput(target.path, {
    wait: options.lockWait,
    onWait: (who) => run.info(`${options.output} is being written by ${who}: waiting`),
    interrupted,
  }).catch((error) => {
    throw error instanceof Failure ? error : cannotCreate(options.output, error);
  });
  try {
    const checkpoint = openCheckpoint(run, options, target);
    return { destination: new AtomicFile(target, run.directory.file('output')), checkpoint, release };
  } catch (error) {
    release();
    throw error;
  }
}

function openCheckpoint(run: Run, options: Options, { path: output }: FileToBe): Checkpoint {
  const left = RunDirectory.leftBeside(output);
  for (const path of options.resume ? left : []) {
    const manifest = manifestIn(path);
    if (!manifest) continue;
    refuseOtherRun(manifest, options, path);
    left.filter((each) => each !== path).forEach(removeRunDirectory);
    run.settleIn(RunDirectory.takenOver(path, output, isFinishedWork));
    return new Checkpoint(run.directory, manifest);
  }
  if (!options.resume && left.some(hasFinishedWork)) {
    run.info(`removed what an interrupted run had finished of ${options.output}; --resume would have gone on with it`);
  }
  left.forEach(removeRunDirectory);
  run.settleIn(madeBeside(output));
  return new Checkpoint(run.directory, undefined);
}

function madeBeside(output: string): RunDirectory {
  try {
    return RunDirectory.beside(output);
  } catch (error) {
    throw cannotCreate(output, error);
  }
}
