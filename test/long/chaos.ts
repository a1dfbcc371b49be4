import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '../../src/failure.js';
import { BINARY, exitOf, leftBehind, start, textOf } from '../cli/run.js';
import { placeIn, type World } from './worlds.js';

/** What is done to a run and its children, and how often of a hundred. */
const FAULTS = {
  'kill a child': 25,
  'stop a child': 30,
  'starve all children': 20,
  'stop the run': 15,
  'kill the run': 10,
};
export type Fault = keyof typeof FAULTS | 'killed by the limit of memory';

/** How a run may end that has too little memory; the next attempt, which has enough, comes to all its bytes. */
const TOO_LITTLE: readonly number[] = [ExitCode.someFailed, ExitCode.noMemory];

/** Within an attempt: each kill halves what is tried again, and a child that does not get ready thrice ends the run, rightly. */
const MOST_CHILDREN_KILLED = 2;
/** Of one run: it has to come to its end some day; the lock of a container that was killed costs a minute. */
const MOST_RUNS_KILLED: Readonly<Record<World, number>> = { host: 3, 'memory limit': 3, container: 1 };

/** A run that is to survive. */
export interface Victim {
  args: readonly string[];
  world: World;
  folder: string;
  tmp: string;
  output: string;
  /** The bytes that it has to come to. */
  expected: Buffer;
}

/** What was done to it, and what became of it. */
export interface Survival {
  faults: Fault[];
  resumes: number;
  /** Why it is not what it should be; undefined: all is well. */
  loss: string | undefined;
}

/** Runs the program to its end, however often that takes, while it is pestered. @param random numbers from 0 to 1. */
export async function pester(victim: Victim, random: () => number): Promise<Survival> {
  const { args, world, folder } = victim;
  const faults: Fault[] = [];
  for (let resumes = 0; ; resumes++) {
    const { inside, tmp, args: more, leave } = placeIn(world, resumes, victim.tmp, random);
    const child = start(resumes === 0 ? args : [...args, '--resume', ...more], { folder, tmp, inside });
    const said = textOf(child.stderr);
    const ended = exitOf(child);
    let isOver = false;
    ended.then(() => {
      isOver = true;
    });
    let killed = 0;
    while (!isOver) {
      await sleep(30 + 500 * random());
      const fault = faultFrom(random());
      const isSpent =
        (fault === 'kill a child' && killed === MOST_CHILDREN_KILLED) ||
        (fault === 'kill the run' && resumes === MOST_RUNS_KILLED[world]);
      if (isOver || isSpent || !(await inflict(fault, tmp, random))) continue;
      faults.push(fault);
      if (fault === 'kill a child') killed++;
    }
    const code = await ended;
    await emptied(tmp);
    const kills = await leave();
    faults.push(...new Array<Fault>(kills).fill('killed by the limit of memory'));
    // Of a container that was killed, unshare says so in its way.
    const isKilled = code === null || /^unshare: /m.test(await said);
    if (isKilled || (kills > 0 && TOO_LITTLE.includes(code))) continue;
    return { faults, resumes, loss: lossOf(code, await said, victim) };
  }
}

function faultFrom(lot: number): keyof typeof FAULTS {
  let rest = 100 * lot;
  for (const [fault, often] of Object.entries(FAULTS) as [keyof typeof FAULTS, number][]) {
    rest -= often;
    if (rest < 0) return fault;
  }
  return 'stop a child';
}

/** @returns false where there was nobody to do it to. */
async function inflict(fault: keyof typeof FAULTS, tmp: string, random: () => number): Promise<boolean> {
  const pids = leftBehind(tmp).map(Number);
  const children = pids.filter((pid) => programOf(pid).endsWith('shard-worker.js'));
  const run = pids.find((pid) => programOf(pid) === BINARY);
  const child = children[Math.floor(random() * children.length)];
  const pause = 50 + 700 * random();
  switch (fault) {
    case 'kill a child':
      return child !== undefined && signalled(child, 'SIGKILL');
    case 'stop a child':
      return child !== undefined && stopped([child], pause);
    case 'starve all children': {
      for (let turn = 0; turn < 5; turn++) {
        await stopped(children, pause / 5);
        await sleep(5);
      }
      return children.length > 0;
    }
    case 'stop the run':
      return run !== undefined && stopped([run], pause);
    case 'kill the run':
      return run !== undefined && signalled(run, 'SIGKILL');
  }
}

/** The program that a process of Node runs. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] ?? '';
  } catch {
    return '';
  }
}

async function stopped(pids: readonly number[], milliseconds: number): Promise<boolean> {
  const reached = pids.filter((pid) => signalled(pid, 'SIGSTOP'));
  await sleep(milliseconds);
  for (const pid of reached) signalled(pid, 'SIGCONT');
  return reached.length > 0;
}

/** False where the process is gone. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Waits until nobody of a run is left. */
async function emptied(tmp: string): Promise<void> {
  while (leftBehind(tmp).length > 0) await sleep(20);
}

function lossOf(code: number, said: string, { folder, tmp, output, expected }: Victim): string | undefined {
  if (code !== 0) return `it ended with ${code}: ${said}`;
  if (!readFileSync(join(folder, output)).equals(expected)) return 'its bytes are others';
  const debris = [...readdirSync(folder), ...readdirSync(tmp)].filter((name) => name !== output);
  return debris.length > 0 ? `it left ${debris.join(', ')}` : undefined;
}
