import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { type Failure, ioFailure, isDiskFull, messageOf, notCreated, systemCode } from '../failure.js';

/** Where output goes, piece by piece; it counts only after `commit`. */
export interface Destination {
  /** True where what is written is shown on a terminal. */
  readonly isTerminal?: boolean;
  /** Waits until there is room for more. False: the reader has left (`| head`), and wants no more. */
  write(bytes: Uint8Array | string): Promise<boolean>;
  /** Makes the output count. */
  commit(): Promise<void>;
  /** Leaves everything as it was. Harmless after `commit`. */
  abandon(): void;
}

/** Hears, in a sentence, what the program is waiting for. */
export type OnWait = (message: string) => void;

/** Resolves when the first of the streams drains, or any of them fails or closes: then no drain will follow. */
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
