import { type Progress, progressOn } from '../output/progress.js';
import type { BalanceName } from '../shards/balance.js';
import { Pool } from '../shards/pool.js';
import { RunDirectory } from '../storage/run-directory.js';

/** What a run needs while it lasts; `end` leaves nothing of it behind. */
export interface Run {
  /** In the temporary folder, but for `settleIn`; made when it is first asked for. */
  readonly directory: RunDirectory;
  /** Has the files of the run lie there. */
  settleIn: (directory: RunDirectory) => void;
  pool: Pool;
  /** The most children at once. */
  workers: number;
  progress: Progress;
  /** Says something on stderr, unless `--quiet`. */
  say: (text: string) => void;
  /** The same, with `--verbose` alone. */
  tell: (text: string) => void;
  /** Says what is wrong, whoever listens. */
  warn: (text: string) => void;
  /** What could not be worked, whatever worker it was given to. */
  lost: Lost[];
  /** What was tried again, and why. */
  retries: string[];
  startedAt: Date;
  /** Seconds since the run began. */
  seconds: () => number;
  end: () => Promise<void>;
}

/** A user who got no list, or a signal (an item, an attribute value, a group) whose row was not learned; by index. */
export interface Lost {
  what: 'user' | 'signal';
  index: number;
  why: string;
}

export interface RunOptions {
  workers: number;
  /** Who gets the next shard; `least-loaded` unless said. */
  balance?: BalanceName;
  quiet: boolean;
  verbose: boolean;
}

export function startRun({ workers, balance = 'least-loaded', quiet, verbose }: RunOptions): Run {
  const startedAt = performance.now();
  const progress = progressOn(process.stderr, quiet);
  const warn = (text: string) => progress.pause(() => process.stderr.write(`recommend: warning: ${text}\n`));
  let directory: RunDirectory | undefined;
  const retries: string[] = [];
  const onRetry = (message: string) => {
    retries.push(message);
    warn(message);
  };
  const pool = new Pool({ size: workers, balance, onRetry });
  const say = (text: string) => {
    if (!quiet) progress.pause(() => process.stderr.write(text));
  };
  return {
    get directory() {
      directory ??= new RunDirectory();
      return directory;
    },
    settleIn: (settled) => {
      directory = settled;
    },
    pool,
    workers,
    progress,
    say,
    tell: (text) => {
      if (verbose) say(text);
    },
    warn,
    lost: [],
    retries,
    startedAt: new Date(),
    seconds: () => (performance.now() - startedAt) / 1000,
    end: async () => {
      progress.stop();
      await pool.close('at once');
      directory?.remove();
    },
  };
}
