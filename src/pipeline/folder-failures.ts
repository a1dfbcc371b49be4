import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { ExitCode, explainShortage, Failure, ioFailure, isDiskFull, messageOf } from '../failure.js';
import { ChildFailure } from '../workers/child.js';
import type { Run } from './run.js';

/**
 * Turns a full disk (in this process or a child) or a removed run folder into a Failure 74 that names the folder and how much the run had
 * there. Other errors are returned unchanged. Call it before `run.end`.
 *
 * @param output the output file. With '-' there is none, and the run's own files are in the temporary folder.
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
  // Standard output, a device or an evaluation's output file is full, not the run folder; that failure explains itself.
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
