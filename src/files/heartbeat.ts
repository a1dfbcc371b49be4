import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { systemCode } from '../failure.js';

/*
 * Renews a lock (see `lock.ts`): counts up the last number in the name of its file. As a program, it is the thread that does so, because
 * the main one may compute for minutes; it tells that one when the lock is lost.
 */

export interface Heartbeat {
  /** The lock. */
  path: string;
  /** The name of the holder's file, without the number. */
  own: string;
  /** Milliseconds. */
  interval: number;
}

/** Renews it until it is lost. */
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
      // Trouble of the file system may pass, and the next look tells whether it did in time.
    }
  }, interval);
  return timer;
}

/** The holder's file as it is called now; undefined where it no longer is. */
export function entryOf(path: string, own: string): string | undefined {
  const find = () => listed(path).find((entry) => entry.startsWith(`${own}-`));
  // A look at the very instant of a renewal may miss it.
  return find() ?? find();
}

/** The names in a folder; none if the folder does not exist. */
export function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

if (parentPort && workerData?.own !== undefined) keepRenewing(workerData, () => parentPort?.postMessage('lost'));
