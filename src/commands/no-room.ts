import { dirname } from 'node:path';
import { ExitCode, Failure, isOutOfRoom } from '../failure.js';
import type { Run } from './run.js';

/** What went wrong; where there was no room, Failure 74 with the folder and what the run had there. To be called before `run.end`. */
export function orNoRoom(error: unknown, { directory }: Run): unknown {
  const cause = error instanceof Failure ? error.cause : error;
  if (!isOutOfRoom(cause)) return error;
  const why = cause instanceof Error ? cause.message : String(cause);
  const used = (directory.bytes / 1e6).toFixed(1);
  return new Failure(
    ExitCode.io,
    `no room in ${dirname(directory.path)} (${why}): the run had ${used} MB there, and wanted more; no output file was written`,
    { cause },
  );
}
