import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './remove-tree.js';

/*
 * The name of a file says which process made it: "<process>-<when it started>-<world>". So leftovers of a killed run (kill -9, power)
 * can be told from the files of a running one, without a list of runs. A world is where a process number means one process: a machine
 * since it booted and, on Linux, a namespace of processes, of which each container has its own.
 */

/** Where we cannot tell: then nothing is known of any process. */
const NOWHERE = '00000000';
const WORLD = worldOf('/proc');
export const TAG = String.raw`\d+-\d+-[0-9a-f]{8}`;
/** Milliseconds after which what a process of another world left is removed, if nobody has touched it. */
const LONG_AGO = 24 * 3600 * 1000;

export function ownTag(): string {
  return `${process.pid}-${statOf(process.pid)?.start ?? 0}-${WORLD}`;
}

/** True where the process of a tag can be looked up. */
export function isOfThisWorld(tag: string): boolean {
  return tag.endsWith(`-${WORLD}`) && WORLD !== NOWHERE;
}

/** The tag in a name between a prefix and a suffix (a regular expression); undefined where the name has another form. */
export function tagIn(name: string, before: string, behind: string): string | undefined {
  if (!name.startsWith(before)) return undefined;
  return new RegExp(`^(${TAG})${behind}$`).exec(name.slice(before.length))?.[1];
}

/** True where its process is certainly gone: it ran in this world, and no longer does. Of other worlds we know nothing. */
export function isGone(tag: string): boolean {
  const [pid = '', start] = tag.split('-');
  if (!isOfThisWorld(tag)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // A process we may not signal is alive.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const now = statOf(Number(pid));
  // Another process may have its number by now; or it ended, and its parent never waited for it (a container without an init).
  return now !== undefined && (/[ZX]/.test(now.state) || (start !== '0' && now.start !== start));
}

/** Removes from a folder what our runs that are certainly gone left under such names (see `tagIn`). */
export function removeLeftBehind(folder: string, before: string, behind: string): void {
  for (const name of readdirSync(folder)) {
    const tag = tagIn(name, before, behind);
    if (tag === undefined) continue;
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const isLeft = isGone(tag) || (!isOfThisWorld(tag) && Date.now() - (stats?.mtimeMs ?? 0) > LONG_AGO);
    if (isLeft && stats?.uid === process.getuid?.()) removeTree(path);
  }
}

/** @param proc where the system describes processes. */
export function worldOf(proc: string): string {
  let world = `${process.platform} ${hostname()}`;
  if (process.platform === 'linux') {
    try {
      // The processes that are described there may be those of another namespace.
      if (readlinkSync(`${proc}/self`) !== String(process.pid)) return NOWHERE;
      world = readFileSync(`${proc}/sys/kernel/random/boot_id`, 'utf8') + readlinkSync(`${proc}/self/ns/pid`);
    } catch {
      return NOWHERE;
    }
  }
  return createHash('sha256').update(world).digest('hex').slice(0, 8);
}

/** The state of a process, as a letter, and when it started, in ticks since the machine did; undefined where it is gone. Only Linux tells. */
export function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses, and may hold any character; the state is the first field behind it, the start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
