import type { Writable } from 'node:stream';

/** Standard output and standard error. */
export interface Streams {
  stdout: Writable & { isTTY?: boolean };
  /** A terminal gets a progress bar and all messages. */
  stderr: Writable & { isTTY?: boolean };
}

/** What the caller of the program provides. Standard input is always that of the process. */
export interface Io extends Streams {
  /** Stops the program, which then cleans up. Its reason is the last error message and gives the exit code. */
  interrupted: AbortSignal;
}
