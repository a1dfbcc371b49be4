import { ExitCode, Failure } from '../failure.js';
import type { Checkpoint } from './checkpoint.js';
import type { Run } from './run.js';
import { TimeIsUp } from './stopping.js';

/**
 * Decides whether the finished work of a run that failed or was stopped stays for another, and adds that to the error.
 *
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
  if (isKept) run.directory.keep(true);
  if (!(error instanceof Failure)) return error;
  const far = isTimeUp ? ` while ${stage}; no output file was written` : '';
  const isShort = error.exitCode === ExitCode.noMemory;
  const missed = isShort && !resume && hasWork ? '; its finished work is gone; with --resume it would have stayed' : '';
  const rest = isKept ? '; --resume goes on with what is done' : missed;
  return far + rest === '' ? error : new Failure(error.exitCode, `${error.message}${far}${rest}`, { cause: error });
}
