import { lstatSync, rmSync } from 'node:fs';
import { systemCode } from '../failure.js';

const MAX_TRIES = 100;
const PAUSE_MS = 5;
/** Waiting on this always times out: nothing ever notifies it. */
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

/**
 * Removes a file, or a folder with everything in it, if it exists. If an ending process removes files in it meanwhile, Node 26 stops
 * silently; if files are added, other versions fail. So this tries again until it is gone.
 * @throws the system's error of the last try.
 */
export function removeTree(path: string): void {
  for (let tries = 1; isThere(path); tries++) {
    // Another process is still writing or removing something.
    if (tries > 1) Atomics.wait(NEVER_NOTIFIED, 0, 0, PAUSE_MS);
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (tries >= MAX_TRIES || ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error))) throw error;
    }
    if (tries >= MAX_TRIES) return;
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // Node 26 throws if a part of the path is a file instead of a folder.
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
