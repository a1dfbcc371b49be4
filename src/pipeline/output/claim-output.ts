import { Failure, tryAgainLater, usageFailure } from '../../failure.js';
import { atomicFile, type TargetFile, targetFile } from '../../files/destination.js';
import { lockOutput } from '../../files/lock.js';
import { RunDirectory } from '../../files/run-directory.js';
import { cannotCreate, type Destination } from '../../files/writing.js';
import { Checkpoint, hasFinishedWork, isFinishedWork, manifestIn } from '../finished/checkpoint.js';
import { refuseOtherRun } from '../finished/manifest.js';
import type { Options } from '../options.js';
import type { Run } from '../run.js';

export interface ClaimedOutput {
  destination: Destination;
  /** The finished work beside an output file; undefined for standard output, a pipe or a device. */
  checkpoint: Checkpoint | undefined;
  /** The failure of this run if another run has taken its output over; undefined otherwise. */
  lost: () => Failure | undefined;
  /** Lets other runs use the output; call it last. */
  release: () => void;
}

/**
 * Opens the output for this run alone. If the output is a file, moves the run's directory beside it; with `--resume`, takes over the
 * directory of the interrupted run.
 *
 * @param stop ends the run when another has taken its output over. @throws Failure 73 if the output cannot be created, 2 if `--resume` is
 *   given without an output file, 75 if another run holds the output, 2 or 65 if the interrupted run was a different one.
 */
export async function claimOutput(
  run: Run,
  options: Options,
  interrupted: AbortSignal,
  stop: (why: Failure) => void,
): Promise<ClaimedOutput> {
  const target = targetFile(options.output);
  if (!target && options.resume) {
    throw usageFailure(`--resume needs an output file, and ${options.output} is a pipe or a device: -o FILE`);
  }
  if (!target) {
    return { destination: run.open(options.output), checkpoint: undefined, lost: () => undefined, release: () => {} };
  }
  const lock = await lockOutput(target.path, {
    wait: options.lockWait,
    info: run.info,
    onLost: () => stop(lostOutput(options.output)),
    interrupted,
  }).catch((error) => {
    throw error instanceof Failure ? error : cannotCreate(options.output, error);
  });
  const lost = () => (lock.isHeld() ? undefined : lostOutput(options.output));
  const requireLock = () => {
    const why = lost();
    if (why) throw why;
  };
  try {
    const checkpoint = openCheckpoint(run, options, target);
    const destination = atomicFile(target, run.directory.file('output'), requireLock);
    return { destination, checkpoint, lost, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lostOutput(output: string): Failure {
  return tryAgainLater(
    `${output} was taken over by another run, since this one was stopped for too long, or its lock was deleted; this run wrote no output file`,
  );
}

function openCheckpoint(run: Run, options: Options, { path: output }: TargetFile): Checkpoint {
  const left = RunDirectory.leftBeside(output);
  for (const path of options.resume ? left : []) {
    const manifest = manifestIn(path);
    if (!manifest) continue;
    refuseOtherRun(manifest, options, path);
    removeAll(
      left.filter((each) => each !== path),
      output,
    );
    run.useDirectory(RunDirectory.takenOver(path, output, isFinishedWork));
    return new Checkpoint(run.directory, manifest);
  }
  if (!options.resume && left.some(hasFinishedWork)) {
    run.info(`removed what an interrupted run had finished of ${options.output}; --resume would have gone on with it`);
  }
  removeAll(left, output);
  run.useDirectory(madeBeside(output));
  return new Checkpoint(run.directory, undefined);
}

function removeAll(paths: readonly string[], output: string): void {
  for (const path of paths) RunDirectory.takenOver(path, output, () => false).remove();
}

function madeBeside(output: string): RunDirectory {
  try {
    return RunDirectory.beside(output);
  } catch (error) {
    throw cannotCreate(output, error);
  }
}
