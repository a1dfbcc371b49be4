import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '../../src/failure.js';
import { BINARY, exitOf, leftBehind, start, textOf } from '../cli/run.js';
import { placeIn, type World } from './worlds.js';

/** The faults, with their probabilities in percent. */
const FAULTS = {
  'kill a child': 25,
  'stop a child': 30,
  'starve all children': 20,
  'stop the run': 15,
  'kill the run': 10,
};
export type Fault = keyof typeof FAULTS | 'killed by the limit of memory';

/** Exit codes allowed for a run with too little memory; the next attempt has enough and has to succeed. */
const TOO_LITTLE: readonly number[] = [ExitCode.someFailed, ExitCode.noMemory];

/** Limit per attempt: each kill halves the shard that is retried, and a child that fails to start three times rightly ends the run. */
const MAX_CHILDREN_KILLED = 2;
/** Limit per run, so that it finishes at some point; waiting for the lock of a killed container takes a minute. */
const MAX_RUNS_KILLED: Readonly<Record<World, number>> = { host: 3, 'memory limit': 3, container: 1 };

/** A run that has to survive faults. */
export interface Victim {
  args: readonly string[];
  world: World;
  folder: string;
  tmp: string;
  output: string;
  /** The expected output. */
  expected: Buffer;
}

/** The faults that a run suffered, and its outcome. */
export interface Survival {
  faults: Fault[];
  resumes: number;
  /** What is wrong with the outcome; undefined if nothing is. */
  loss: string | undefined;
}

/** Runs the program with random faults, and resumes it until it finishes. @param random returns numbers from 0 to 1. */
export async function runWithFaults(victim: Victim, random: () => number): Promise<Survival> {
  const { args, world, folder } = victim;
  const faults: Fault[] = [];
  for (let resumes = 0; ; resumes++) {
    const { inside, tmp, args: more, cleanUp } = placeIn(world, resumes, victim.tmp, random);
    const child = start(resumes === 0 ? args : [...args, '--resume', ...more], { folder, tmp, inside });
    const stderr = textOf(child.stderr);
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
        (fault === 'kill a child' && killed === MAX_CHILDREN_KILLED) ||
        (fault === 'kill the run' && resumes === MAX_RUNS_KILLED[world]);
      if (isOver || isSpent || !(await inflict(fault, tmp, random))) continue;
      faults.push(fault);
      if (fault === 'kill a child') killed++;
    }
    const code = await ended;
    await allEnded(tmp);
    const kills = await cleanUp();
    faults.push(...new Array<Fault>(kills).fill('killed by the limit of memory'));
    // If a container is killed, unshare ends with a message of its own.
    const isKilled = code === null || /^unshare: /m.test(await stderr);
    if (isKilled || (kills > 0 && TOO_LITTLE.includes(code))) continue;
    return { faults, resumes, loss: lossOf(code, await stderr, victim) };
  }
}

function faultFrom(random: number): keyof typeof FAULTS {
  let rest = 100 * random;
  for (const [fault, percent] of Object.entries(FAULTS) as [keyof typeof FAULTS, number][]) {
    rest -= percent;
    if (rest < 0) return fault;
  }
  return 'stop a child';
}

/** @returns false if there was no process to apply the fault to. */
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
      for (let round = 0; round < 5; round++) {
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

/** The script that a Node process runs. */
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

/** @returns false if the process is gone. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Waits until all processes of a run are gone. */
async function allEnded(tmp: string): Promise<void> {
  while (leftBehind(tmp).length > 0) await sleep(20);
}

function lossOf(code: number, stderr: string, { folder, tmp, output, expected }: Victim): string | undefined {
  if (code !== 0) return `it ended with ${code}: ${stderr}`;
  if (!readFileSync(join(folder, output)).equals(expected)) return 'its output differs';
  const debris = [...readdirSync(folder), ...readdirSync(tmp)].filter((name) => name !== output);
  return debris.length > 0 ? `it left ${debris.join(', ')}` : undefined;
}
