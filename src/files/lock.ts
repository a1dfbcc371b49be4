import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Failure, notCreated, systemCode, tryAgainLater } from '../failure.js';
import { atExit } from '../process/at-exit.js';
import { entryOf, type Heartbeat, keepRenewing, listed } from './heartbeat.js';
import { isGone, isOfThisWorld, ownTag, removeLeftBehind, TAG } from './owner.js';
import { removeTree } from './remove-tree.js';

/*
 * The lock of an output is a folder with one file, whose name says who holds it and how often they have renewed it:
 *
 *     .recs.csv.lock/4711-883920-1a2b3c4d-9f8e7d6c@web-3-17        process 4711 of host web-3, renewed 17 times
 *
 * Everything is a rename, which the file system does once and for one process alone, also between containers and hosts on one volume:
 *
 *     take       a folder with the file in it  →  the lock         fails unless there is none, or an empty one
 *     renew      …-17  →  …-18                                     fails if another has taken it over
 *     take over  …-17  →  the file of the new holder               fails if the holder has renewed it, or another was faster
 */

/** How long a lock lives without its holder, in seconds. */
export interface Lease {
  /** Between two renewals. */
  renewed: number;
  /** Watched for so long without a renewal, it is taken over. No clocks of two machines are compared. */
  expires: number;
  /** Between two looks at another's lock. */
  look: number;
}

const LEASE: Readonly<Lease> = { renewed: 5, expires: 60, look: 0.2 };

export interface Locking {
  /** Seconds. */
  wait: number;
  /** Told who is waited for, and whose lock was taken over. */
  info: (message: string) => void;
  /** Told that this process no longer holds the lock, once it has. */
  onLost: () => void;
  /** Ends the waiting. */
  interrupted: AbortSignal;
  lease?: Lease;
}

export interface Lock {
  /** False where another has taken it over, or deleted it. */
  isHeld: () => boolean;
  release: () => void;
}

export function lockPath(output: string): string {
  return join(dirname(output), `.${basename(output)}.lock`);
}

/**
 * Keeps other runs from an output file. The lock of a run that is gone is taken over: at once where we can see that its process is gone,
 * else when it has not been renewed for a while.
 *
 * @throws Failure 75 where another run holds it for longer, 73 where something else has the name of the lock; the signal's reason when
 *   that fires; what the system says where no lock can be made.
 */
export async function lockOutput(output: string, locking: Locking): Promise<Lock> {
  const { wait, info, interrupted, lease = LEASE } = locking;
  const path = lockPath(output);
  removeLeftBehind(dirname(path), `${basename(path)}.`, '-[0-9a-f]{16}');
  const own = `${ownTag()}-${randomBytes(8).toString('hex')}@${hostname().replace(/[^\w.-]/g, '')}`;
  let seen: Holder | undefined;
  let isAlive = false;
  let isTold = false;
  let [unchanged, waited] = [0, 0];
  for (;;) {
    const holder = holderOf(path);
    // A network file system may have taken it over for us and lost the answer.
    if (holder?.run === own || (!holder && isTaken(path, own))) break;
    if (holder && holder.entry !== seen?.entry) {
      isAlive = holder.run === seen?.run;
      unchanged = 0;
    }
    seen = holder;
    const isOver = holder !== undefined && (isGone(holder.tag) || unchanged >= lease.expires);
    if (isOver && isTakenOver(path, holder, own)) {
      info(`took over the lock of another run (${holder.who}), which is gone`);
      break;
    }
    if (holder && !isOver) {
      const isBusy = `${output} is being written by another run (${holder.who})`;
      const rule = `its lock, ${path}, is taken over when it has not been renewed for ${lease.expires} s`;
      if (waited >= wait && (isAlive || isOfThisWorld(holder.tag))) {
        const deleted = `if that run is certainly gone, the lock may be deleted`;
        throw tryAgainLater(`${isBusy}; --lock-wait 10m waits for it\n  ${rule}; ${deleted}`);
      }
      if (!isTold) info(`${isBusy}: waiting; ${rule}`);
      isTold = true;
    }
    const before = performance.now();
    await sleep(1000 * lease.look, undefined, { signal: interrupted }).catch(() => interrupted.throwIfAborted());
    const passed = (performance.now() - before) / 1000;
    waited += passed;
    // Whoever was stopped meanwhile, with the holder or alone, has not watched it.
    unchanged += Math.min(passed, 2 * lease.look);
  }
  return held(path, own, lease, locking.onLost);
}

/** Who holds a lock, as the name of its file says. */
interface Holder {
  entry: string;
  /** The same for all renewals. */
  run: string;
  tag: string;
  /** For people. */
  who: string;
}

const ENTRY = new RegExp(`^((${TAG})-[0-9a-f]{16}@([\\w.-]*))-\\d+$`);

/** @returns undefined where nobody holds it. @throws Failure 73 where it is no lock. */
function holderOf(path: string): Holder | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  // It is not opened: another user may have put a pipe there, or a link to a device.
  if (!stats.isDirectory()) throw noLock(path);
  const entries = listed(path);
  for (const entry of entries) {
    const [, run = '', tag = '', host] = ENTRY.exec(entry) ?? [];
    if (tag === '') continue;
    const process = `process ${tag.slice(0, tag.indexOf('-'))}`;
    return { entry, run, tag, who: isOfThisWorld(tag) ? process : `${process} on ${host}` };
  }
  if (entries.length > 0) throw noLock(path);
  return undefined;
}

function noLock(path: string): Failure {
  return notCreated(`${path} is no lock of this version of the program; remove it if no run uses it`);
}

/** Takes a lock that nobody holds, unless another is faster. @throws what the system says where none can be made there. */
function isTaken(path: string, own: string): boolean {
  const made = `${path}.${own.slice(0, own.indexOf('@'))}`;
  try {
    mkdirSync(made);
    shareAs(dirname(path), made);
    writeFileSync(join(made, `${own}-0`), '', { flag: 'wx' });
    renameSync(made, path);
    return true;
  } catch (error) {
    removeTree(made);
    // Not every file system puts a folder in the place of an empty one.
    if (rmdirIfEmpty(path) || ['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) return false;
    throw error;
  }
}

/** Whoever may delete in the folder may take a lock over; where all may write, and delete only what is theirs (/tmp), nobody else. */
function shareAs(folder: string, made: string): void {
  const { mode } = statSync(folder);
  try {
    chmodSync(made, mode & 0o1000 ? 0o755 : (mode & 0o777) | 0o700);
  } catch {
    // A file system without such rights.
  }
}

function isTakenOver(path: string, { entry }: Holder, own: string): boolean {
  try {
    renameSync(join(path, entry), join(path, `${own}-0`));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The compiled thread, from `src/files/` and from `dist/files/` alike. */
const HEARTBEAT = new URL('../../dist/files/heartbeat.js', import.meta.url);
/** Megabytes of its heap. */
const SMALL = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };

/** Renews the lock until it is released. */
function held(path: string, own: string, { renewed }: Lease, onLost: () => void): Lock {
  const workerData: Heartbeat = { path, own, interval: 1000 * renewed };
  let timer: NodeJS.Timeout | undefined;
  let thread: Worker | undefined;
  const withoutThread = () => {
    timer = keepRenewing(workerData, onLost).unref();
  };
  if (isAddressSpaceLimited()) withoutThread();
  else {
    // Not with the options of the program: a debugger, a module to load first.
    thread = new Worker(HEARTBEAT, { workerData, env: {}, execArgv: [], resourceLimits: SMALL });
    thread.on('message', onLost).on('error', withoutThread).unref();
  }
  const release = () => {
    forget();
    clearInterval(timer);
    thread?.removeAllListeners().terminate();
    // It may be renewed just now.
    for (let entry = entryOf(path, own); entry !== undefined; entry = entryOf(path, own))
      rmSync(join(path, entry), { force: true });
    rmdirIfEmpty(path);
  };
  const forget = atExit(release);
  return { isHeld: () => entryOf(path, own) !== undefined, release };
}

/** True under `ulimit -v`: a thread that then finds no room would end the process. Only Linux tells. */
function isAddressSpaceLimited(): boolean {
  try {
    return /^Max address space +\d/m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
}

/** True where it was removed: it was there, and nothing in it. */
function rmdirIfEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
