import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { ExitCode, explainShortage, Failure, ioFailure, isDiskFull, messageOf } from '../failure.js';
import { openDestination } from '../files/destination.js';
import { RunDirectory } from '../files/run-directory.js';
import type { Destination } from '../files/writing.js';
import type { Streams } from '../io.js';
import { memoryWatch } from '../process/family-memory.js';
import { type LogOptions, logTo } from '../report/log.js';
import { heartbeatFacts, heartbeatText, type PlannedStage, progressOf, type Stage } from '../report/progress.js';
import type { BalanceName } from '../workers/balance.js';
import { ChildFailure } from '../workers/child.js';
import { Pool } from '../workers/pool.js';

/** The resources of a run: its folder, pool, log and open files. `end` releases them all. */
export type Run = ReturnType<typeof startRun>;

/** A user who got no list, or a signal (an item, an attribute value, a group) whose row was not learned, by index. */
export interface Lost {
  what: 'user' | 'signal';
  index: number;
  why: string;
}

export interface RunOptions extends Partial<LogOptions> {
  workers: number;
  /** Which child gets the next shard; `least-loaded` by default. */
  balance?: BalanceName;
  /** The stages of its progress, in order. */
  stages?: readonly PlannedStage[];
  /** The folder for finished shards that all processes of an array job share. */
  work?: string;
  /** The version of this program. */
  version?: string;
}

const RETRIED = 'nothing is lost so far, and there is nothing to do';
const KILLED = `${RETRIED}; if memory is short, a smaller -j needs less`;

export function startRun(
  { workers, balance = 'least-loaded', stages = [], work, version = '', ...logOptions }: RunOptions,
  io: Streams,
) {
  const { quiet = false, verbose = false, logFormat, pulse } = logOptions;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  let directory: RunDirectory | undefined;
  const opened: Destination[] = [];
  const cleanups: (() => void)[] = [];
  const log = logTo(io.stderr, { quiet, verbose, logFormat });
  const retries: string[] = [];
  const pool = new Pool({
    size: workers,
    isHopeless: () => directory?.isGone === true || (work !== undefined && !existsSync(work)),
    balance,
    onRetry: (message) => {
      retries.push(message);
      log.warn(`${message}\n  ${/SIGKILL/.test(message) ? KILLED : RETRIED}`);
    },
    // In a log of JSON objects, the stderr of a child must become objects, too.
    ...(logFormat === 'json' ? { onStderr: (words: string) => log.warn(`a worker said: ${words}`) } : {}),
  });
  const memory = memoryWatch(() => pool.pids());
  memory.start();
  const position = progressOf(stages);
  const heartbeat = () => {
    const { bytes: memoryBytes, processes } = memory.look();
    const now = { ...position.now(), seconds: seconds(), memoryBytes, processes, retries: retries.length };
    log.status(heartbeatText(now), heartbeatFacts(now));
  };
  process.on('SIGUSR1', heartbeat);
  const timer = pulse === undefined ? undefined : setInterval(heartbeat, 1000 * pulse).unref();
  return {
    /** In the temporary folder unless `useDirectory` moved it. It is made on first use, when the run can already report a failure. */
    get directory(): RunDirectory {
      directory ??= new RunDirectory();
      return directory;
    },
    /** Makes this the folder of the run's files. */
    useDirectory: (chosen: RunDirectory) => {
      directory = chosen;
    },
    /** The same, but undefined if no step has used it. */
    get usedDirectory(): RunDirectory | undefined {
      return directory;
    },
    pool,
    work,
    version,
    /** Maximum number of children at once. */
    get workers(): number {
      return pool.size;
    },
    /** Shows how far the run has got. It has no influence on the run. */
    progress: {
      /** @param done of `total`, in any unit. @param users served so far. */
      at: (stage: Stage, done: number, total: number, users = 0): void => {
        log.draw(position.at(stage, done, total, users));
      },
      /** Stops showing it, because data is about to be shown. */
      hide: log.stop,
    },
    /** Opens a file for writing, or standard output for `-`. Unless it is committed before the run ends, the file stays as it was. */
    open: (path: string): Destination => {
      const destination = openDestination(path, { stdout: io.stdout, onWait: log.info });
      opened.push(destination);
      return destination;
    },
    /** Calls `cleanup` at the end of the run, when its children and its files are gone; the latest first. */
    atEnd: (cleanup: () => void): void => void cleanups.push(cleanup),
    info: log.info,
    debug: log.debug,
    warn: log.warn,
    summary: log.summary,
    memory,
    /** The rows that no worker could do. */
    lost: [] as Lost[],
    /** Messages about what was tried again, and why. */
    retries,
    startedAt: new Date(),
    seconds,
    end: async () => {
      clearInterval(timer);
      process.off('SIGUSR1', heartbeat);
      memory.stop();
      log.stop();
      for (const destination of opened) destination.abandon();
      await pool.close('at once');
      directory?.remove();
      for (const cleanup of cleanups.reverse()) cleanup();
    },
  };
}

/** Records the stages of a run and how long each took. */
export function stagesIn({ seconds, memory }: Pick<Run, 'seconds' | 'memory'>) {
  /** The stages so far, in order, each with the seconds that it took, or has taken so far. */
  const taken: { stage: string; seconds: () => number }[] = [];
  const current = () => taken.at(-1)?.stage ?? 'waiting';
  return {
    taken,
    current,
    /** Runs a stage, or continues the last one if it has the same name. */
    async take<T>(name: string, work: () => Promise<T>): Promise<T> {
      const startedAt = seconds();
      const before = current() === name ? (taken.pop()?.seconds() ?? 0) : 0;
      const stage = { stage: name, seconds: () => before + seconds() - startedAt };
      taken.push(stage);
      try {
        return await work();
      } finally {
        const took = stage.seconds();
        stage.seconds = () => took;
        memory.look();
      }
    },
  };
}

/**
 * Turns a full disk (in this process or a child) or a removed run folder into a Failure 74 that names the folder and how much the run had
 * there. Other errors are returned unchanged. Call it before `run.end`.
 *
 * @param output the output file; '-' for standard output, when the run keeps its own files in the temporary folder.
 */
export function explainFolder(error: unknown, run: Run, output = '-'): unknown {
  const directory = run.usedDirectory;
  if (directory?.isGone) {
    return ioFailure(
      `${directory.path}, where this run keeps its work, was removed while it ran; no output file was written; run it again`,
      error,
    );
  }
  const cause = error instanceof Failure ? error.cause : error;
  if (!isDiskFull(cause)) return explainShortage(error);
  const why = messageOf(cause);
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
