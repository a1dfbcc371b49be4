import { type Progress, progressOn } from '../output/progress.js';
import { Pool } from '../shards/pool.js';
import { RunDirectory } from '../storage/run-directory.js';

/** What a run needs while it lasts; `end` leaves nothing of it behind. */
export interface Run {
  directory: RunDirectory;
  pool: Pool;
  /** The most children at once. */
  workers: number;
  progress: Progress;
  /** Says something on stderr, unless `--quiet`. */
  say: (text: string) => void;
  /** The same, with `--verbose` alone. */
  tell: (text: string) => void;
  /** Seconds since the run began. */
  seconds: () => number;
  end: () => Promise<void>;
}

export interface RunOptions {
  workers: number;
  quiet: boolean;
  verbose: boolean;
}

export function startRun({ workers, quiet, verbose }: RunOptions): Run {
  const startedAt = performance.now();
  const progress = progressOn(process.stderr, quiet);
  const warn = (text: string) => process.stderr.write(`recommend: warning: ${text}\n`);
  const directory = new RunDirectory();
  const pool = new Pool({ size: workers, onRetry: warn });
  const say = (text: string) => {
    if (!quiet) progress.pause(() => process.stderr.write(text));
  };
  return {
    directory,
    pool,
    workers,
    progress,
    say,
    tell: (text) => {
      if (verbose) say(text);
    },
    seconds: () => (performance.now() - startedAt) / 1000,
    end: async () => {
      progress.stop();
      await pool.close('at once');
      directory.remove();
    },
  };
}
