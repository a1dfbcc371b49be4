import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { type Failure, ioFailure, isDiskFull, messageOf, notCreated, systemCode } from '../failure.js';

/** Takes output piece by piece. It takes effect only with `commit`. */
export interface Destination {
  /** True if the output is shown on a terminal. */
  readonly isTerminal?: boolean;
  /** Waits until there is room for more. @returns false once the reader has left (`| head`). */
  write(bytes: Uint8Array | string): Promise<boolean>;
  /** Makes the output take effect, and waits until it is written. */
  commit(): Promise<void>;
  /** Leaves everything as it was. Has no effect after `commit`. */
  abandon(): void;
}

/** Gets a sentence about what the program is waiting for. */
export type OnWait = (message: string) => void;

/** Resolves when the first of the streams drains, or when any of them fails or closes and will never drain. */
export function drained(...streams: Writable[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const stream of streams) for (const event of ['drain', 'error', 'close']) stream.off(event, done);
      resolve();
    };
    streams[0]?.once('drain', done);
    for (const stream of streams) for (const event of ['error', 'close']) stream.once(event, done);
  });
}

/** The failure of a file that cannot be created, in the user's terms. */
export function cannotCreate(path: string, cause: unknown): Failure {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return notCreated(`${path}: the folder ${dirname(path)} does not exist; make it first`, cause);
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return notCreated(
      `${path}: no permission to write in ${dirname(path)}; who runs this needs write rights there`,
      cause,
    );
  }
  return notCreated(`${path} cannot be created: ${messageOf(cause)}`, cause);
}

/** The failure of a file that cannot be written to. */
export function cannotWrite(path: string, cause: unknown): Failure {
  const wayOut = isDiskFull(cause) ? '; make room there and run it again' : '';
  return ioFailure(`${path} cannot be written: ${messageOf(cause)}${wayOut}`, cause);
}
