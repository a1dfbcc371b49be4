import { ExitCode, exitCodeOf, messageOf } from '../../failure.js';
import { isTerminal } from '../../files/destination.js';
import type { Io } from '../../io.js';
import type { PlannedStage } from '../../report/progress.js';
import { filesOf } from '../../rules/rules.js';
import { inputPaths } from '../../understanding/inputs.js';
import { keepFinishedWork } from '../finished/checkpoint.js';
import { withinMemory } from '../memory-limit.js';
import type { Options } from '../options.js';
import { explainFolder, type Run, stagesIn, startRun } from '../run.js';
import { orInterrupted, stopping } from '../stopping.js';
import { type ClaimedOutput, claimOutput } from './claim-output.js';
import { checkFormat } from './list-output.js';
import { type Ending, endingText, writeOutcome } from './outcome.js';
import type { RunRecord } from './summary.js';

/** What the steps of a run that writes an output need. */
export interface OutputRun extends Pick<ClaimedOutput, 'destination' | 'checkpoint'> {
  run: Run;
  memory: ReturnType<typeof withinMemory>;
  stages: ReturnType<typeof stagesIn>;
  record: RunRecord;
}

/**
 * Does the work of a run that writes an output, and writes its outcome. The output appears completely or not at all.
 * @param io when its signal fires, everything stops at once and nothing is left behind.
 * @param planned the stages to come. @param check throws if the run must not begin.
 * @returns the exit code: 0, or 3 if something was lost.
 * @throws Failure for every ending that a user can do something about.
 */
export async function runToOutput(
  options: Options,
  io: Io,
  planned: readonly PlannedStage[],
  check: (run: Run) => void,
  work: (run: OutputRun) => Promise<void>,
): Promise<number> {
  const { interrupted } = io;
  const run = startRun({ ...options, stages: planned }, io);
  const stages = stagesIn(run);
  const { files, lists } = options.rules;
  const paths = [...inputPaths(options), ...Object.values(files).flat(), ...Object.values(filesOf(lists))];
  const record: RunRecord = { paths, files: [], stages: stages.taken, retries: run.retries };
  const stop = stopping(interrupted, options.maxDuration);
  let output: ClaimedOutput | undefined;
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  try {
    check(run);
    const memory = withinMemory(run, options, stop.stop, stages.current);
    await checkFormat(options, isTerminal(options.output, io.stdout));
    const claimed = await claimOutput(run, options, stop.signal, stop.stop);
    output = claimed;
    await orInterrupted(stop.signal, () => work({ run, memory, stages, record, ...claimed }));
    const exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    ending = { exitCode, error: null, message: endingText(run, options, record), interrupted: false };
    return exitCode;
  } catch (thrown) {
    const isStopped = stop.signal.aborted;
    const lost = output?.lost();
    // The folder now belongs to the other run.
    if (lost) run.directory.isKept = true;
    const why = isStopped ? thrown : (lost ?? explainFolder(thrown, run, options.output));
    const error = keepFinishedWork(
      why,
      isStopped,
      run,
      options.resume,
      lost ? undefined : output?.checkpoint,
      stages.current(),
    );
    const exitCode = exitCodeOf(error);
    ending = { exitCode, error: messageOf(error), message: '', interrupted: interrupted.aborted };
    throw error;
  } finally {
    stop.clear();
    output?.destination.abandon();
    await run.end();
    output?.release();
    await writeOutcome(run, options, record, ending);
  }
}
