import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The median and the range of repeated measurements. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted[sorted.length - 1]! };
}

/** The time and memory that a program and its children used. */
export interface Usage {
  /** Seconds from start to end, and CPU seconds of all processes. */
  wall: number;
  cpu: number;
  /** The most bytes that its processes had at once; shared pages are counted in each process. */
  memory: number;
  stderr: string;
}

const SAMPLE_MS = 20;
/** Fields of /proc/<pid>/stat, from the state on: the parent, and user time with system time after it. Resident pages are in statm. */
const PARENT = 1;
const USER_TICKS = 11;
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

/** Runs a program to its end and measures it and its children through /proc (Linux). @throws Error where it fails. */
export async function measuredRun(command: string, args: readonly string[]): Promise<Usage> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const cpuSeconds = new Map<number, number>();
  let memory = 0;
  const sample = () => {
    const family = familyOf(child.pid ?? 0);
    memory = Math.max(
      memory,
      family.reduce((total, { pages }) => total + pages * PAGE, 0),
    );
    for (const { pid, seconds } of family) cpuSeconds.set(pid, seconds);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr}`);
  const cpu = [...cpuSeconds.values()].reduce((a, b) => a + b, 0);
  return { wall: (performance.now() - startedAt) / 1000, cpu, memory, stderr };
}

/** A process, with the time and memory that it used so far. */
export interface FamilyMember {
  pid: number;
  /** CPU seconds. */
  seconds: number;
  pages: number;
}

/** A process and all its descendants, from /proc (Linux). */
export function familyOf(root: number): FamilyMember[] {
  const seen = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? processOf(Number(name)) : []));
  const family = new Set([root]);
  // Children have larger ids than their parents. After ids have wrapped around, a child is missed.
  for (const { pid, parent } of seen) if (family.has(parent)) family.add(pid);
  return seen.filter(({ pid }) => family.has(pid));
}

function processOf(pid: number): (FamilyMember & { parent: number })[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const seconds = (fields[USER_TICKS]! + fields[USER_TICKS + 1]!) / TICKS_PER_SECOND;
    return [{ pid, parent: fields[PARENT]!, seconds, pages }];
  } catch {
    // The process ended after it was listed.
    return [];
  }
}
