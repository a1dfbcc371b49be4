import { ExitCode, exitCodeOf, Failure, messageOf, tryAgainLater, usageFailure } from '../../failure.js';
import { atomicFile, isTerminal, type TargetFile, targetFile } from '../../files/destination.js';
import { lockOutput } from '../../files/lock.js';
import { RunDirectory } from '../../files/run-directory.js';
import { cannotCreate, type Destination } from '../../files/writing.js';
import type { Io } from '../../io.js';
import type { LogOptions } from '../../report/log.js';
import type { PlannedStage } from '../../report/progress.js';
import { filesOf } from '../../rules/rules.js';
import { inputPaths } from '../../understanding/inputs.js';
import {
  type Checkpoint,
  checkpointIn,
  hasFinishedWork,
  isFinishedWork,
  keepFinishedWork,
  manifestIn,
} from '../finished/checkpoint.js';
import { refuseOtherRun } from '../finished/manifest.js';
import { withinMemory } from '../memory-limit.js';
import type { Options } from '../options.js';
import { explainFolder, type Run, stagesIn, startRun } from '../run.js';
import { orInterrupted, stopping } from '../stopping.js';
import { checkFormat } from './list-output.js';
import { type Ending, endingText, type OutcomeOptions, type RunRecord, writeOutcome } from './outcome.js';

/** A run that reports its outcome, and what its steps need. */
export interface ReportedRun {
  run: Run;
  memory: ReturnType<typeof withinMemory>;
  stages: ReturnType<typeof stagesIn>;
  record: RunRecord;
  stop: ReturnType<typeof stopping>;
}

export interface OutputRun extends ReportedRun, Pick<ClaimedOutput, 'destination' | 'checkpoint'> {}

/** The options of all runs that report their outcome. */
export type ReportedOptions = OutcomeOptions &
  LogOptions &
  Pick<Options, 'workers' | 'balance' | 'maxMemory' | 'maxDuration'> & { work?: string };

/**
 * Does work, and writes its outcome to log, summary and metrics, however it ends.
 * @param planned the stages to come. @param paths the input files. @param work returns the last line of the log. @param explain turns what
 * was thrown into the error to throw.
 * @returns the exit code: 0, or 3 if something was lost.
 */
export async function reportedRun(
  options: ReportedOptions,
  io: Io,
  planned: readonly PlannedStage[],
  paths: readonly string[],
  work: (job: ReportedRun) => Promise<string>,
  explain: (thrown: unknown, job: ReportedRun) => unknown,
): Promise<number> {
  const run = startRun({ ...options, stages: planned }, io);
  const stages = stagesIn(run);
  const record: RunRecord = { paths, files: [], stages: stages.taken };
  const stop = stopping(io.interrupted, options.maxDuration);
  run.atEnd(stop.clear);
  const memory = withinMemory(run, options, stop.stop, stages.current);
  const job = { run, memory, stages, record, stop };
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  try {
    const message = await work(job);
    const exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    ending = { exitCode, error: null, message, interrupted: false };
    return exitCode;
  } catch (thrown) {
    const error = explain(thrown, job);
    const interrupted = io.interrupted.aborted;
    ending = { exitCode: exitCodeOf(error), error: messageOf(error), message: '', interrupted };
    throw error;
  } finally {
    await run.end();
    await writeOutcome(run, options, record, ending);
  }
}

/**
 * Does the work of a run that writes an output. The output appears completely or not at all.
 * @param io when its signal fires, everything stops at once and nothing is left behind. @param check throws if the run must not begin.
 * @returns, @throws as `reportedRun`: a Failure for every ending that a user can do something about.
 */
export async function runToOutput(
  options: Options,
  io: Io,
  planned: readonly PlannedStage[],
  check: (run: Run) => void,
  work: (run: OutputRun) => Promise<void>,
): Promise<number> {
  const { files, lists } = options.rules;
  const paths = [...inputPaths(options), ...Object.values(files).flat(), ...Object.values(filesOf(lists))];
  let output: ClaimedOutput | undefined;
  const write = async (job: ReportedRun) => {
    const { run, record, stop } = job;
    check(run);
    await checkFormat(options, isTerminal(options.output, io.stdout));
    const claimed = await claimOutput(job, options);
    output = claimed;
    await orInterrupted(stop.signal, () => work({ ...job, ...claimed }));
    return endingText(run, options, record);
  };
  const explain = (thrown: unknown, { run, stop, stages }: ReportedRun) => {
    const isStopped = stop.signal.aborted;
    const lost = output?.lost();
    // The folder now belongs to the other run.
    if (lost) run.directory.isKept = true;
    const why = isStopped ? thrown : (lost ?? explainFolder(thrown, run, options.output));
    const checkpoint = lost ? undefined : output?.checkpoint;
    return keepFinishedWork(why, isStopped, run, options.resume, checkpoint, stages.current());
  };
  return reportedRun(options, io, planned, paths, write, explain);
}

interface ClaimedOutput {
  destination: Destination;
  /** The finished work beside an output file; undefined for standard output, a pipe or a device. */
  checkpoint: Checkpoint | undefined;
  /** The failure of this run if another run has taken its output over; undefined otherwise. */
  lost: () => Failure | undefined;
}

/**
 * Opens the output for this run alone, until the run ends. If the output is a file, moves the run's directory beside it; with `--resume`, takes over the
 * directory of the interrupted run.
 *
 * The run ends when another has taken its output over. @throws Failure 73 if the output cannot be created, 2 if `--resume` is
 *   given without an output file, 75 if another run holds the output, 2 or 65 if the interrupted run was a different one.
 */
async function claimOutput({ run, stop }: ReportedRun, options: Options): Promise<ClaimedOutput> {
  const target = targetFile(options.output);
  if (!target) {
    if (!options.resume) {
      return { destination: run.open(options.output), checkpoint: undefined, lost: () => undefined };
    }
    throw usageFailure(`--resume needs an output file, and ${options.output} is a pipe or a device: -o FILE`);
  }
  const lock = await lockOutput(target.path, {
    wait: options.lockWait,
    info: run.info,
    onLost: () => stop.stop(lostOutput(options.output)),
    interrupted: stop.signal,
  }).catch((error) => {
    throw error instanceof Failure ? error : cannotCreate(options.output, error);
  });
  run.atEnd(lock.release);
  const lost = () => (lock.isHeld() ? undefined : lostOutput(options.output));
  const requireLock = () => {
    const why = lost();
    if (why) throw why;
  };
  const checkpoint = openCheckpoint(run, options, target);
  const destination = atomicFile(target, run.directory.file('output'), requireLock);
  run.atEnd(destination.abandon);
  return { destination, checkpoint, lost };
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
    return checkpointIn(run.directory, manifest);
  }
  if (!options.resume && left.some(hasFinishedWork)) {
    run.info(`removed the finished work of an interrupted run of ${options.output}; --resume would have continued it`);
  }
  removeAll(left, output);
  try {
    run.useDirectory(RunDirectory.beside(output));
  } catch (error) {
    throw cannotCreate(output, error);
  }
  return checkpointIn(run.directory, undefined);
}

function removeAll(paths: readonly string[], output: string): void {
  for (const path of paths) RunDirectory.takenOver(path, output, () => false).remove();
}
