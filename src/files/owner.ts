import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './remove-tree.js';

/*
 * The tag in the name of a file says which process made it: "<pid>-<its start time>-<pid space>". So leftovers of a killed run (kill -9,
 * power cut) can be told from the files of a running one, without a list of runs. Within a pid space, a pid means one process: it is one
 * boot of a machine and, on Linux, one pid namespace (each container has its own).
 */

/** Stands for an unknown pid space: then nothing is known about any process. */
const UNKNOWN_SPACE = '00000000';
const PID_SPACE = pidSpaceOf('/proc');
export const TAG = String.raw`\d+-\d+-[0-9a-f]{8}`;
/** Milliseconds after which untouched leftovers of a process in another pid space are removed. */
const LONG_AGO = 24 * 3600 * 1000;

let own: string | undefined;

export function ownTag(): string {
  own ??= `${process.pid}-${statOf(process.pid)?.start ?? 0}-${PID_SPACE}`;
  return own;
}

/** True if the process of a tag can be looked up from here. */
export function isInOurPidSpace(tag: string): boolean {
  return tag.endsWith(`-${PID_SPACE}`) && PID_SPACE !== UNKNOWN_SPACE;
}

/** The tag in a name between a prefix and a suffix (a regular expression); undefined if the name has another form. */
export function tagIn(name: string, prefix: string, suffix: string): string | undefined {
  if (!name.startsWith(prefix)) return undefined;
  return new RegExp(`^(${TAG})${suffix}$`).exec(name.slice(prefix.length))?.[1];
}

/** True if the process of a tag is certainly gone: it was in our pid space and runs no more. Of other pid spaces we know nothing. */
export function isGone(tag: string): boolean {
  const [pid = '', start] = tag.split('-');
  if (!isInOurPidSpace(tag)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // A process we may not signal is alive.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const now = statOf(Number(pid));
  // Another process may have its pid by now, or it ended and its parent never waited for it (a container without an init).
  return now !== undefined && (/[ZX]/.test(now.state) || (start !== '0' && now.start !== start));
}

/** Removes what dead processes of ours left in a folder under names with this prefix and suffix (see `tagIn`). */
export function removeLeftBehind(folder: string, prefix: string, suffix: string): void {
  for (const name of readdirSync(folder)) {
    const tag = tagIn(name, prefix, suffix);
    if (tag === undefined) continue;
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const isLeft = isGone(tag) || (!isInOurPidSpace(tag) && Date.now() - (stats?.mtimeMs ?? 0) > LONG_AGO);
    if (isLeft && stats?.uid === process.getuid?.()) removeTree(path);
  }
}

/** The pid space of this process. @param proc the path of procfs. */
export function pidSpaceOf(proc: string): string {
  let space = `${process.platform} ${hostname()}`;
  if (process.platform === 'linux') {
    try {
      // procfs may belong to another pid namespace.
      if (readlinkSync(`${proc}/self`) !== String(process.pid)) return UNKNOWN_SPACE;
      space = readFileSync(`${proc}/sys/kernel/random/boot_id`, 'utf8') + readlinkSync(`${proc}/self/ns/pid`);
    } catch {
      return UNKNOWN_SPACE;
    }
  }
  return createHash('sha256').update(space).digest('hex').slice(0, 8);
}

/** The state of a process, as a letter, and its start time in ticks since boot; undefined if it is gone. Only Linux provides this. */
export function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses and may hold any character. Behind it, the state is the first field and the start time the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
