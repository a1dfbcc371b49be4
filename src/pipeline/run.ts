import { openDestination } from '../files/destination.js';
import { RunDirectory } from '../files/run-directory.js';
import type { Destination } from '../files/writing.js';
import type { Streams } from '../io.js';
import { MemoryWatch } from '../process/family-memory.js';
import { Log, type LogOptions } from '../report/log.js';
import { heartbeatFacts, heartbeatText, type PlannedStage, RunStages, type Stage } from '../report/progress.js';
import type { RunRecord } from '../report/summary.js';
import type { BalanceName } from '../workers/balance.js';
import { Pool } from '../workers/pool.js';

/** What a run needs while it lasts; `end` leaves nothing of it behind. */
export interface Run {
  /** In the temporary folder unless `settleIn` moved it; made on first use. */
  readonly directory: RunDirectory;
  /** Puts the files of the run there. */
  settleIn: (directory: RunDirectory) => void;
  /** True once there is one. */
  readonly hasDirectory: boolean;
  pool: Pool;
  /** The most children at once. */
  readonly workers: number;
  progress: Progress;
  /** Opens a file to write to, or standard output for `-`. */
  open: (path: string) => Destination;
  /** Writes to stderr, unless `--quiet`. */
  info: (message: string) => void;
  /** Writes to stderr with `--verbose` only. */
  debug: (message: string) => void;
  /** Writes a warning to stderr, always. */
  warn: (message: string) => void;
  /** Writes the last line: how it ended, for people ('' where an error says so) and for programs. */
  summary: (message: string, facts: object) => void;
  memory: MemoryWatch;
  /** What no worker could work. */
  lost: Lost[];
  /** What was tried again, and why. */
  retries: string[];
  startedAt: Date;
  /** Seconds since the run began. */
  seconds: () => number;
  end: () => Promise<void>;
}

/** Shows how far a run has got; it decides nothing. */
export interface Progress {
  /** @param done of `total`, in any unit. @param users served so far. */
  at(stage: Stage, done: number, total: number, users?: number): void;
  /** Shows no more of it, because data is about to be shown. */
  hide(): void;
}

/** A user who got no list, or a signal (an item, an attribute value, a group) whose row was not learned; by index. */
export interface Lost {
  what: 'user' | 'signal';
  index: number;
  why: string;
}

export interface RunOptions extends Partial<LogOptions> {
  workers: number;
  /** Who gets the next shard; `least-loaded` unless said. */
  balance?: BalanceName;
  /** What it does, in this order. */
  stages?: readonly PlannedStage[];
}

const RETRIED = 'nothing is lost so far, and there is nothing to do';
const KILLED = `${RETRIED}; if memory is short, a smaller -j needs less`;

export function startRun(
  { workers, balance = 'least-loaded', stages = [], ...logOptions }: RunOptions,
  io: Streams,
): Run {
  const { quiet = false, verbose = false, logFormat, pulse } = logOptions;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  let directory: RunDirectory | undefined;
  const log = new Log(io.stderr, { quiet, verbose, logFormat });
  const retries: string[] = [];
  const pool = new Pool({
    size: workers,
    isHopeless: () => directory?.isGone === true,
    balance,
    onRetry: (message) => {
      retries.push(message);
      log.warn(`${message}\n  ${/SIGKILL/.test(message) ? KILLED : RETRIED}`);
    },
    // A log of objects has no room for the last words of a child that crashes.
    ...(logFormat === 'json' ? { onWords: (words: string) => log.warn(`a worker said: ${words}`) } : {}),
  });
  const memory = new MemoryWatch(() => pool.pids());
  memory.start();
  const position = new RunStages(stages);
  const heartbeat = () => {
    const { bytes: memoryBytes, processes } = memory.look();
    const now = { ...position.now, seconds: seconds(), memoryBytes, processes, retries: retries.length };
    log.status(heartbeatText(now), heartbeatFacts(now));
  };
  process.on('SIGUSR1', heartbeat);
  const timer = pulse === undefined ? undefined : setInterval(heartbeat, 1000 * pulse).unref();
  return {
    // Made when the first file is: where none can be made, the run has begun and can tell of it.
    get directory() {
      directory ??= new RunDirectory();
      return directory;
    },
    settleIn: (settled) => {
      directory = settled;
    },
    get hasDirectory() {
      return directory !== undefined;
    },
    pool,
    get workers() {
      return pool.size;
    },
    progress: {
      at: (stage, done, total, users = 0) => {
        log.draw(position.at(stage, done, total, users));
      },
      hide: () => log.stop(),
    },
    open: (path) => openDestination(path, { stdout: io.stdout, onWait: log.info.bind(log) }),
    info: (message) => log.info(message),
    debug: (message) => log.debug(message),
    warn: (message) => log.warn(message),
    summary: (message, facts) => log.summary(message, facts),
    memory,
    lost: [],
    retries,
    startedAt: new Date(),
    seconds,
    end: async () => {
      clearInterval(timer);
      process.off('SIGUSR1', heartbeat);
      memory.stop();
      log.stop();
      await pool.close('at once');
      directory?.remove();
    },
  };
}

/** The stages of a run, and how long each took. */
export class Stages {
  /** Those so far, in their order; the seconds of the last may still rise. */
  readonly taken: RunRecord['stages'] = [];
  readonly #run: Pick<Run, 'seconds' | 'memory'>;

  constructor(run: Pick<Run, 'seconds' | 'memory'>) {
    this.#run = run;
  }

  /** What the run is doing. */
  get current(): string {
    return this.taken.at(-1)?.stage ?? 'waiting';
  }

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = this.#run.seconds();
    const stage = { stage: name, seconds: () => this.#run.seconds() - startedAt };
    this.taken.push(stage);
    try {
      return await work();
    } finally {
      const seconds = stage.seconds();
      stage.seconds = () => seconds;
      this.#run.memory.look();
    }
  }
}
