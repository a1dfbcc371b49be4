import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../../src/failure.js';
import { CONTAINER, hasContainers, tellNoContainers } from '../cli/container.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

/** Where the attempts of a run take place: on the host, each in a container of its own, or the first one under a memory limit. */
export type World = 'host' | 'container' | 'memory limit';

/** The environment of one attempt of a run. */
export interface Place {
  /** The wrapper command for `start`. */
  inside: readonly string[];
  tmp: string;
  /** Additional options of the attempt. */
  args: readonly string[];
  /** Cleans up; call it when all processes of the attempt are gone. @returns how many of them the memory limit killed. */
  cleanUp: () => Promise<number>;
}

/** Bytes. With less, few runs on these data make progress; with more, none is killed. */
const [MIN_LIMIT, MAX_LIMIT] = [90e6, 170e6];
/** The lock of a killed container can be taken over after a minute. */
const LOCK_WAIT = ['--lock-wait', '5m'];

export function worlds(): World[] {
  if (!hasContainers) tellNoContainers();
  if (cgroup === undefined)
    process.stderr.write('\nNOT TESTED HERE: runs in cgroups with a limit of memory (none can be made)\n\n');
  return [
    'host',
    'host',
    ...(hasContainers ? ['container' as const] : []),
    ...(cgroup ? ['memory limit' as const] : []),
  ];
}

/** @param attempt counts from 0. @param random from 0 to 1. */
export function placeIn(world: World, attempt: number, tmp: string, random: () => number): Place {
  if (world === 'container') {
    const own = newFolder();
    const named = ['sh', '-c', 'hostname "$0"; exec "$@"', `box-${attempt}`];
    // The temporary folder of a container disappears with it.
    const cleanUp = async () => {
      rmSync(own, { recursive: true, force: true });
      return 0;
    };
    return { inside: ['unshare', ...CONTAINER, ...named], tmp: own, args: attempt > 0 ? LOCK_WAIT : [], cleanUp };
  }
  if (world === 'memory limit' && attempt === 0 && cgroup) {
    const folder = join(cgroup.folder, `recommend-chaos-${process.pid}-${Math.floor(1e9 * random())}`);
    mkdirSync(folder);
    writeFileSync(join(folder, cgroup.limit), String(Math.round(MIN_LIMIT + (MAX_LIMIT - MIN_LIMIT) * random())));
    const cleanUp = async () => {
      const [, kills = '0'] = /^oom_kill (\d+)$/m.exec(readFileSync(join(folder, cgroup.kills), 'utf8')) ?? [];
      while (!isRemoved(folder)) await sleep(20);
      return Number(kills);
    };
    return { inside: ['sh', '-c', 'echo $$ >"$0"/cgroup.procs; exec "$@"', folder], tmp, args: [], cleanUp };
  }
  return { inside: [], tmp, args: [], cleanUp: async () => 0 };
}

/** The folder in which this process may create cgroups with a memory limit, and the names of their files; undefined if there is none. */
const cgroup = [
  {
    line: /^\d+:memory:(.*)$/m,
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    kills: 'memory.oom_control',
  },
  { line: /^0::(.*)$/m, root: '/sys/fs/cgroup', limit: 'memory.max', kills: 'memory.events' },
]
  .map(({ line, root, ...files }) => ({ folder: join(root, ownGroup(line)), ...files }))
  .find(({ folder, limit }) => canLimit(folder, limit));

/** The path of this process's own cgroup. */
function ownGroup(line: RegExp): string {
  try {
    return line.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? 'none';
  } catch {
    return 'none';
  }
}

function canLimit(folder: string, limit: string): boolean {
  const trial = join(folder, `recommend-trial-${process.pid}`);
  try {
    mkdirSync(trial);
  } catch {
    return false;
  }
  try {
    accessSync(join(trial, limit), constants.W_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(trial);
  }
}

/** Removes a cgroup. @returns false while a process in it is still ending. */
function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EBUSY') return false;
    throw error;
  }
}
