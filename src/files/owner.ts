import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/*
 * The name of a file says which process made it: "<process>-<when it started>-<machine>". So leftovers of a killed run (kill -9, power)
 * can be told from the files of a running one, without a list of runs.
 */

const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const TAG = String.raw`\d+-\d+-[0-9a-f]{8}`;

/** This process. */
export function ownTag(): string {
  return `${process.pid}-${statOf(process.pid)?.start ?? 0}-${MACHINE}`;
}

/** The tag in a name between a prefix and a suffix (a regular expression); undefined where the name has another form. */
export function tagIn(name: string, before: string, behind: string): string | undefined {
  if (!name.startsWith(before)) return undefined;
  const tail = name.slice(before.length);
  const tag = new RegExp(`^(${TAG})${behind}$`).exec(tail)?.[1];
  return tag;
}

/** True where its process is certainly gone: it ran on this machine, and no longer does. Of other machines we know nothing. */
export function isGone(tag: string): boolean {
  const [pid = '', start, where] = tag.split('-');
  if (where !== MACHINE) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // A process we may not signal is alive.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const now = statOf(Number(pid));
  // Another process may have its number by now; or it ended, and its parent never waited for it (a container without an init).
  return now !== undefined && (now.hasEnded || (start !== '0' && now.start !== start));
}

/** Removes from a folder what our runs that are certainly gone left under such names (see `tagIn`). */
export function removeLeftBehind(folder: string, before: string, behind: string): void {
  for (const name of readdirSync(folder)) {
    const tag = tagIn(name, before, behind);
    if (tag === undefined || !isGone(tag)) continue;
    const path = join(folder, name);
    const isOurs = lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();
    if (isOurs) rmSync(path, { recursive: true, force: true });
  }
}

/** The process of a tag, as a message names it. */
export function processOf(tag: string): string {
  const [pid = '', , where] = tag.split('-');
  return where === MACHINE ? `process ${pid}` : `process ${pid} of another machine`;
}

/** When a process started, in ticks since the machine did, and whether it has ended. Only Linux can tell. */
function statOf(pid: number): { start: string; hasEnded: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses, and may hold any character; the state is the first field behind it, the start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { start: fields[19] ?? '', hasEnded: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}
