import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/*
 * Who made a file, said in its name: "<process>-<when it started>-<machine>". So what a run left that was killed at once
 * (kill -9, power) can be told from what belongs to one that lives, with no list of runs to keep.
 */

const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const TAG = String.raw`\d+-\d+-[0-9a-f]{8}`;

/** This process. */
export function ownTag(): string {
  return `${process.pid}-${statOf(process.pid)?.start ?? 0}-${MACHINE}`;
}

/** The tag in a name between what stands before and behind it; undefined where the name is not so. */
export function tagIn(name: string, before: string, behind: string): string | undefined {
  if (!name.startsWith(before)) return undefined;
  const tail = name.slice(before.length);
  const tag = new RegExp(`^(${TAG})${behind}$`).exec(tail)?.[1];
  return tag;
}

/** Whether its process is gone for sure: it ran on this machine, and runs no more. Another machine's may live. */
export function isGone(tag: string): boolean {
  const [pid = '', start, where] = tag.split('-');
  if (where !== MACHINE) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // Who may not be signalled lives.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const now = statOf(Number(pid));
  // Somebody else may have got its number since; or it has ended, and its parent has not asked yet how (a container without an init).
  return now !== undefined && (now.hasEnded || (start !== '0' && now.start !== start));
}

/** Removes from a folder what runs of ours left behind them under such names, as `tagIn` takes them, that are gone for sure. */
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

/** When a process started, in ticks since the machine did, and whether it has ended. Only Linux tells. */
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
