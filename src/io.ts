import type { Writable } from 'node:stream';

/** Standard output and standard error; a process has both. */
export interface Streams {
  stdout: Writable & { isTTY?: boolean };
  /** A terminal gets a progress bar and hears of everything. */
  stderr: Writable & { isTTY?: boolean };
}

/** What the program asks of whoever calls it. Standard input is always that of the process. */
export interface Io extends Streams {
  /** Stops what is done, and has all cleaned up; its reason is what the program says last, and its exit code. */
  interrupted: AbortSignal;
}
