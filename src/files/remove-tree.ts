import { lstatSync, rmSync } from 'node:fs';
import { systemCode } from '../failure.js';

const MOST_TRIES = 100;
const PAUSE_MS = 5;
/** Nobody wakes who waits for it. */
const A_CLOCK = new Int32Array(new SharedArrayBuffer(4));

/**
 * Removes a file or a folder with all that is in it; nothing there is fine. Node 26 stops without a word where something in it vanishes
 * meanwhile, removed by a process that is ending, and other versions fail where something is added: so it is asked again until it is gone.
 * @throws what the system says, at the last try.
 */
export function removeTree(path: string): void {
  for (let tries = 1; isThere(path); tries++) {
    // Something is still being written or removed.
    if (tries > 1) Atomics.wait(A_CLOCK, 0, 0, PAUSE_MS);
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (tries >= MOST_TRIES || ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error))) throw error;
    }
    if (tries >= MOST_TRIES) return;
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // Node 26 throws where what stands for a folder in the path is a file.
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
