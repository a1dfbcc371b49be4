import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { systemCode } from '../failure.js';

/*
 * Renews a lock (see `lock.ts`) by incrementing the last number in the name of its file. As a program, this file is the thread that does
 * so, because the main thread may compute for minutes; it posts a message to the main thread when the lock is lost.
 */

export interface Heartbeat {
  /** The lock. */
  path: string;
  /** The name of the holder's file, without the number. */
  own: string;
  /** Milliseconds between renewals. */
  interval: number;
}

/** Renews the lock until it is lost. */
export function keepRenewing({ path, own, interval }: Heartbeat, onLost: () => void): NodeJS.Timeout {
  const timer = setInterval(() => {
    try {
      const entry = entryOf(path, own);
      if (entry !== undefined)
        renameSync(join(path, entry), join(path, `${own}-${Number(entry.slice(own.length + 1)) + 1}`));
      else {
        clearInterval(timer);
        onLost();
      }
    } catch {
      // A file system error may be temporary; the next attempt shows whether the lock still exists.
    }
  }, interval);
  return timer;
}

/** The current name of the holder's file; undefined if it is gone. */
export function entryOf(path: string, own: string): string | undefined {
  const find = () => namesIn(path).find((entry) => entry.startsWith(`${own}-`));
  // Listing the folder at the very moment of a renewal may miss it.
  return find() ?? find();
}

/** The names in a folder; none if the folder does not exist. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

if (parentPort && workerData?.own !== undefined) keepRenewing(workerData, () => parentPort?.postMessage('lost'));
