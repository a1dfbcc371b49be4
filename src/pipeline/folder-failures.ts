import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { ExitCode, explainShortage, Failure, ioFailure, isDiskFull, messageOf } from '../failure.js';
import { ChildFailure } from '../workers/child.js';
import type { Run } from './run.js';

/**
 * Explains a full disk, met by this process or a child, and a run folder that is gone: Failure 74 with the folder and what the run had
 * there. Other errors come back as they are. Call it before `run.end`.
 *
 * @param output the output file; '-' for none: then the run's own files lie in the temporary folder.
 */
export function explainFolder(error: unknown, run: Run, output = '-'): unknown {
  if (run.hasDirectory && run.directory.isGone) {
    return ioFailure(
      `${run.directory.path}, where this run keeps its work, was removed while it ran; no output file was written; run it again`,
      error,
    );
  }
  const cause = error instanceof Failure ? error.cause : error;
  if (!isDiskFull(cause)) return explainShortage(error);
  const why = messageOf(cause);
  const directory = run.hasDirectory ? run.directory : undefined;
  // Standard output, a device or the file of an evaluation is full, not the folder of the run; that failure explains itself.
  const isElsewhere = error instanceof Failure && error.exitCode === ExitCode.io && !(cause instanceof ChildFailure);
  if (isElsewhere && !directory?.isBesideOutput) return error;
  const isTemporary = directory ? !directory.isBesideOutput : output === '-';
  const folder = directory ? dirname(directory.path) : isTemporary ? tmpdir() : dirname(output);
  const had = directory ? `: the run had ${(directory.bytes / 1e6).toFixed(1)} MB there, and wanted more` : '';
  const wayOut = isTemporary ? 'make room there, or set TMPDIR to a folder with some' : 'make room there';
  return ioFailure(
    `no room in ${folder} (${why})${had}; no output file was written; ${wayOut}, and run it again`,
    cause,
  );
}
