import { dirname } from 'node:path';
import { ExitCode, Failure, isOutOfRoom } from '../failure.js';
import type { Run } from './run.js';

/**
 * What went wrong; where there was no room, in this process or a child, Failure 74 with the folder and what the run had there. To be
 * called before `run.end`.
 */
export function orNoRoom(error: unknown, run: Run): unknown {
  const cause = error instanceof Failure ? error.cause : error;
  if (!isOutOfRoom(cause) || !run.hasDirectory) return error;
  const { path, bytes, isBesideOutput } = run.directory;
  const why = cause instanceof Error ? cause.message : String(cause);
  const wayOut = isBesideOutput ? 'make room there' : 'make room there, or set TMPDIR to a folder with some';
  return new Failure(
    ExitCode.io,
    `no room in ${dirname(path)} (${why}): the run had ${(bytes / 1e6).toFixed(1)} MB there, and wanted more; no output file was written; ${wayOut}, and run it again`,
    { cause },
  );
}
