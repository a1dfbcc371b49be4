import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { lotKeys } from '../model/random.js';

/*
 * Who made a file, said in its name: "<process>-<when it started>-<machine>". So what a run left that was killed at once
 * (kill -9, power) can be told from what belongs to one that lives, with no list of runs to keep.
 */

const TAG = String.raw`\d+-\d+-[0-9a-f]{8}`;

/** This process. */
export function ownTag(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}-${machine()}`;
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
  if (where !== machine()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // Who may not be signalled lives.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  // Somebody else may have got its number since.
  const now = startOf(Number(pid));
  return now !== undefined && start !== '0' && String(now) !== start;
}

/** The process of a tag, as a message names it. */
export function processOf(tag: string): string {
  const [pid = '', , where] = tag.split('-');
  return where === machine() ? `process ${pid}` : `process ${pid} of another machine`;
}

function machine(): string {
  return (lotKeys([hostname()])[0] ?? 0).toString(16).padStart(8, '0');
}

/** When a process started, in ticks since the machine did. Only Linux tells. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses, and may hold any character; the start is the 20th field behind it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}
