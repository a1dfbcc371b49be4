import { BEGINNING, placeAt, type Stage } from '../output/progress.js';
import { pulseFacts, pulseText } from '../output/pulse.js';
import { Voice } from '../output/voice.js';
import type { BalanceName } from '../shards/balance.js';
import { MemoryWatch } from '../shards/family-memory.js';
import { Pool } from '../shards/pool.js';
import { RunDirectory } from '../storage/run-directory.js';
import type { LogOptions } from './log-options.js';

/** What a run needs while it lasts; `end` leaves nothing of it behind. */
export interface Run {
  /** In the temporary folder, but for `settleIn`; made when it is first asked for. */
  readonly directory: RunDirectory;
  /** Has the files of the run lie there. */
  settleIn: (directory: RunDirectory) => void;
  /** True once there is one. */
  readonly hasDirectory: boolean;
  pool: Pool;
  /** The most children at once. */
  readonly workers: number;
  progress: Progress;
  /** Says something on stderr to who watches, unless `--quiet`. */
  say: (message: string) => void;
  /** The same, with `--verbose` alone. */
  tell: (message: string) => void;
  /** Says what is wrong, whoever listens. */
  warn: (message: string) => void;
  /** The last it says: how it ended, for people ('' where an error will tell them) and for programs. */
  conclude: (message: string, facts: object) => void;
  memory: MemoryWatch;
  /** What could not be worked, whatever worker it was given to. */
  lost: Lost[];
  /** What was tried again, and why. */
  retries: string[];
  startedAt: Date;
  /** Seconds since the run began. */
  seconds: () => number;
  end: () => Promise<void>;
}

/** Is told how far a run has come; it decides nothing. */
export interface Progress {
  /** @param done of `total`, in any unit. @param users served so far. */
  at(stage: Stage, done: number, total: number, users?: number): void;
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
}

const RETRIED = 'nothing is lost so far, and nothing is to be done';
const KILLED = `${RETRIED}; should memory be short, a smaller -j needs less`;

export function startRun({ workers, balance = 'least-loaded', ...log }: RunOptions): Run {
  const { quiet = false, verbose = false, logFormat, pulse } = log;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  let directory: RunDirectory | undefined;
  const voice = new Voice(process.stderr, { quiet, verbose, logFormat });
  const retries: string[] = [];
  const pool = new Pool({
    size: workers,
    balance,
    onRetry: (message) => {
      retries.push(message);
      voice.warn(`${message}\n  ${/SIGKILL/.test(message) ? KILLED : RETRIED}`);
    },
    // A log of objects has no room for the last words of a child that crashes.
    ...(logFormat === 'json' ? { onWords: (words: string) => voice.warn(`a worker said: ${words}`) } : {}),
  });
  const memory = new MemoryWatch(() => pool.pids());
  memory.start();
  let place = BEGINNING;
  const answer = () => {
    const { bytes: memoryBytes, processes } = memory.look();
    const now = { ...place, seconds: seconds(), memoryBytes, processes, retries: retries.length };
    voice.answer(pulseText(now), pulseFacts(now));
  };
  process.on('SIGUSR1', answer);
  const timer = pulse === undefined ? undefined : setInterval(answer, 1000 * pulse).unref();
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
        place = placeAt(stage, done, total, users);
        voice.draw(place);
      },
    },
    say: (message) => voice.say(message),
    tell: (message) => voice.tell(message),
    warn: (message) => voice.warn(message),
    conclude: (message, facts) => voice.conclude(message, facts),
    memory,
    lost: [],
    retries,
    startedAt: new Date(),
    seconds,
    end: async () => {
      clearInterval(timer);
      process.off('SIGUSR1', answer);
      memory.stop();
      voice.stop();
      await pool.close('at once');
      directory?.remove();
    },
  };
}
