import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, Failure, systemCode } from '../failure.js';
import { atExit } from '../process/at-exit.js';
import { isGone, ownTag, processOf, tagIn } from './owner.js';

/** Milliseconds between looks at a lock that somebody holds. */
const BETWEEN_LOOKS = 200;

/** The errors of file systems without hard links. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** How to wait for a lock. */
export interface Locking {
  /** Seconds. */
  wait: number;
  /** Told once, with who holds it. */
  onWait: (holder: string) => void;
  /** Ends the waiting. */
  interrupted: AbortSignal;
}

/** Where the lock of an output file lies. */
export function lockPath(output: string): string {
  return join(dirname(output), `.${basename(output)}.lock`);
}

/**
 * Keeps other runs from an output file. The lock of a run that is gone is taken over.
 *
 * @returns a function that releases the lock. @throws Failure 75 where another run holds it for longer; the signal's reason when that
 *   fires; what the system says where no lock can be made.
 */
export async function lockOutput(output: string, { wait, onWait, interrupted }: Locking): Promise<() => void> {
  const path = lockPath(output);
  const until = performance.now() + 1000 * wait;
  for (let look = 0; !isTaken(path); look++) {
    const holder = holderOf(path);
    if (holder !== undefined && isGone(holder)) {
      clear(path, holder);
      continue;
    }
    const who = holder === undefined ? 'another run' : `another run (${processOf(holder)})`;
    if (performance.now() >= until) {
      throw new Failure(
        ExitCode.tryAgain,
        `${output} is being written by ${who}; --lock-wait 10m waits for it (its lock: ${path})`,
      );
    }
    if (look === 0) onWait(who);
    await sleep(BETWEEN_LOOKS, undefined, { signal: interrupted }).catch(() => interrupted.throwIfAborted());
  }
  const forget = atExit(() => rmSync(path, { force: true }));
  let held = true;
  return () => {
    // Only once: later it may be another's.
    if (held) rmSync(path, { force: true });
    held = false;
    forget();
  };
}

/**
 * Takes the lock if nobody holds it. It never exists without its holder's name in it, even if this process dies or the disk is full.
 * @throws what the system says where none can be made there.
 */
function isTaken(path: string): boolean {
  const named = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(named, ownTag(), { flag: 'wx', flush: true });
    linkSync(named, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!WITHOUT_LINKS.has(systemCode(error))) throw error;
    return isTakenAlone(path);
  } finally {
    rmSync(named, { force: true });
  }
}

/** The same without hard links (FAT, some network folders): the lock names its holder only a moment later. */
function isTakenAlone(path: string): boolean {
  try {
    writeFileSync(path, ownTag(), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The holder of a lock; undefined where it cannot be read (it is just being written, or was removed). */
function holderOf(path: string): string | undefined {
  try {
    return tagIn(readFileSync(path, 'utf8'), '', '');
  } catch {
    return undefined;
  }
}

/** Removes a lock if it is still that holder's: by renaming, so that only one of two processes that try succeeds. */
function clear(path: string, holder: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    // Another was faster.
    return;
  }
  try {
    // Somebody took the lock since we looked: give it back.
    if (holderOf(aside) !== holder) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}
