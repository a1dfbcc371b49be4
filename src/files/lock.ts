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
import { entryOf, type Heartbeat, keepRenewing, namesIn } from './heartbeat.js';
import { isGone, isInOurPidSpace, ownTag, removeLeftBehind, TAG } from './owner.js';
import { removeTree } from './remove-tree.js';

/*
 * The lock of an output is a folder with one file, whose name says which process holds it and how often it has renewed it:
 *
 *     .recs.csv.lock/4711-883920-1a2b3c4d-9f8e7d6c@web-3-17        process 4711 of host web-3, renewed 17 times
 *
 * Every operation is a rename, which succeeds for only one process, even between containers and hosts on one volume:
 *
 *     take       a folder with the file in it  →  the lock         fails unless there is no lock, or an empty one
 *     renew      …-17  →  …-18                                     fails if another process has taken it over
 *     take over  …-17  →  the file of the new holder               fails if the holder has renewed it, or another process was faster
 */

/** The timing of a lock, in seconds. */
export interface Lease {
  /** Time between two renewals. */
  renewed: number;
  /** After watching it for this long without a renewal, another process takes it over. Clocks of two machines are never compared. */
  expires: number;
  /** Time between two looks at another process's lock. */
  look: number;
}

const LEASE: Readonly<Lease> = { renewed: 5, expires: 60, look: 0.2 };

export interface Locking {
  /** Seconds to wait for the lock. */
  wait: number;
  /** Gets messages about the process that we wait for, or whose lock we took over. */
  info: (message: string) => void;
  /** Called when this process loses the lock after it has held it. */
  onLost: () => void;
  /** Ends the waiting. */
  interrupted: AbortSignal;
  lease?: Lease;
}

export interface Lock {
  /** False if another process has taken it over or deleted it. */
  isHeld: () => boolean;
  release: () => void;
}

export function lockPath(output: string): string {
  return join(dirname(output), `.${basename(output)}.lock`);
}

/**
 * Locks an output file against other runs. The lock of a dead run is taken over: at once if we can see that its process is gone, otherwise
 * when it has not been renewed for a while.
 *
 * @throws Failure 75 if another run holds it for longer, 73 if something else has the name of the lock; the signal's reason when it fires;
 *   the system's error if no lock can be made.
 */
export async function lockOutput(output: string, locking: Locking): Promise<Lock> {
  const { wait, info, interrupted, lease = LEASE } = locking;
  const path = lockPath(output);
  removeLeftBehind(dirname(path), `${basename(path)}.`, '-[0-9a-f]{16}');
  const own = `${ownTag()}-${randomBytes(8).toString('hex')}@${hostname().replace(/[^\w.-]/g, '')}`;
  let seen: Holder | undefined;
  let isAlive = false;
  let hasReported = false;
  let [unchanged, waited] = [0, 0];
  for (;;) {
    const holder = holderOf(path);
    // On a network file system, our takeover may have succeeded although its answer was lost.
    if (holder?.run === own || (!holder && tryTake(path, own))) break;
    if (holder && holder.entry !== seen?.entry) {
      isAlive = holder.run === seen?.run;
      unchanged = 0;
    }
    seen = holder;
    const isExpired = holder !== undefined && (isGone(holder.tag) || unchanged >= lease.expires);
    if (isExpired && tryTakeOver(path, holder, own)) {
      info(`took over the lock of another run (${holder.who}), which is gone`);
      break;
    }
    if (holder && !isExpired) {
      const isBusy = `${output} is being written by another run (${holder.who})`;
      const rule = `its lock, ${path}, is taken over when it has not been renewed for ${lease.expires} s`;
      if (waited >= wait && (isAlive || isInOurPidSpace(holder.tag))) {
        const deleted = `if that run is certainly gone, the lock may be deleted`;
        throw tryAgainLater(`${isBusy}; --lock-wait 10m waits for it\n  ${rule}; ${deleted}`);
      }
      if (!hasReported) info(`${isBusy}: waiting; ${rule}`);
      hasReported = true;
    }
    const before = performance.now();
    await sleep(1000 * lease.look, undefined, { signal: interrupted }).catch(() => interrupted.throwIfAborted());
    const passed = (performance.now() - before) / 1000;
    waited += passed;
    // If this process was stopped meanwhile (perhaps together with the holder), that time does not count as watching.
    unchanged += Math.min(passed, 2 * lease.look);
  }
  return keepLock(path, own, lease, locking.onLost);
}

/** The holder of a lock, from the name of its file. */
interface Holder {
  entry: string;
  /** Identifies the run: the part of the name that renewals do not change. */
  run: string;
  tag: string;
  /** A description for messages. */
  who: string;
}

const ENTRY = new RegExp(`^((${TAG})-[0-9a-f]{16}@([\\w.-]*))-\\d+$`);

/** @returns undefined if no process holds it. @throws Failure 73 if it is not a lock. */
function holderOf(path: string): Holder | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  // Do not open it: another user may have put a pipe there, or a link to a device.
  if (!stats.isDirectory()) throw notALock(path);
  const entries = namesIn(path);
  for (const entry of entries) {
    const [, run = '', tag = '', host] = ENTRY.exec(entry) ?? [];
    if (tag === '') continue;
    const process = `process ${tag.slice(0, tag.indexOf('-'))}`;
    return { entry, run, tag, who: isInOurPidSpace(tag) ? process : `${process} on ${host}` };
  }
  if (entries.length > 0) throw notALock(path);
  return undefined;
}

function notALock(path: string): Failure {
  return notCreated(`${path} is not a lock of this version of the program; remove it if no run uses it`);
}

/** Takes a free lock. @returns false if another process was faster. @throws the system's error if no lock can be made there. */
function tryTake(path: string, own: string): boolean {
  const made = `${path}.${own.slice(0, own.indexOf('@'))}`;
  try {
    mkdirSync(made);
    copyPermissions(dirname(path), made);
    writeFileSync(join(made, `${own}-0`), '', { flag: 'wx' });
    renameSync(made, path);
    return true;
  } catch (error) {
    removeTree(made);
    // Not every file system can rename a folder over an empty one.
    if (rmdirIfEmpty(path) || ['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) return false;
    throw error;
  }
}

/** Lets users who may delete files in the folder take the lock over. In a sticky folder (/tmp), only the owner may. */
function copyPermissions(folder: string, made: string): void {
  const { mode } = statSync(folder);
  try {
    chmodSync(made, mode & 0o1000 ? 0o755 : (mode & 0o777) | 0o700);
  } catch {
    // The file system has no such permissions.
  }
}

function tryTakeOver(path: string, { entry }: Holder, own: string): boolean {
  try {
    renameSync(join(path, entry), join(path, `${own}-0`));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The compiled thread. The path is the same from `src/files/` and from `dist/program/`. */
const HEARTBEAT = new URL('../../dist/program/heartbeat.js', import.meta.url);
/** Heap limits of the thread. */
const SMALL = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };

/** Renews the lock until it is released. */
function keepLock(path: string, own: string, { renewed }: Lease, onLost: () => void): Lock {
  const workerData: Heartbeat = { path, own, interval: 1000 * renewed };
  let timer: NodeJS.Timeout | undefined;
  let thread: Worker | undefined;
  const withoutThread = () => {
    timer = keepRenewing(workerData, onLost).unref();
  };
  if (isAddressSpaceLimited()) withoutThread();
  else {
    // Without the Node options of this process, which may load a debugger or a module.
    thread = new Worker(HEARTBEAT, { workerData, env: {}, execArgv: [], resourceLimits: SMALL });
    thread.on('message', onLost).on('error', withoutThread).unref();
  }
  const release = () => {
    cancelRelease();
    clearInterval(timer);
    thread?.removeAllListeners().terminate();
    // Repeat, because it may be renewed at this very moment.
    for (let entry = entryOf(path, own); entry !== undefined; entry = entryOf(path, own))
      rmSync(join(path, entry), { force: true });
    rmdirIfEmpty(path);
  };
  const cancelRelease = atExit(release);
  return { isHeld: () => entryOf(path, own) !== undefined, release };
}

/** True under `ulimit -v`: starting a thread without enough address space would end the process. Only Linux shows it. */
function isAddressSpaceLimited(): boolean {
  try {
    return /^Max address space +\d/m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
}

/** @returns true if it existed, was empty and is removed now. */
function rmdirIfEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
