import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How many children can run at once: the processors that this process may use (its affinity), or fewer if a cgroup limits its
 * CPU time further. At least 1.
 */
export function usableCores(): number {
  const quota = Math.min(...cgroupLimits().map(cpuMax));
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota)));
}

/** Processors that cgroup v2's `cpu.max` ("200000 100000", "max 100000") allows; Infinity without a limit. */
export function cpuMax(text: string): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0
    ? quota / period
    : Number.POSITIVE_INFINITY;
}

/** The limits that apply to this process, in the format of `cpu.max`. */
function cgroupLimits(): string[] {
  const own = /^0::(.*)$/m.exec(read('/proc/self/cgroup'))?.[1] ?? '/';
  const names = own.split('/').filter((name) => name !== '');
  // A limit on any parent group applies too. Inside a container the path starts at the container's own root.
  const groups = ['', ...names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`)];
  const before = '/sys/fs/cgroup/cpu/cpu.cfs';
  return [
    ...groups.map((group) => read(`/sys/fs/cgroup${group}/cpu.max`)),
    `${read(`${before}_quota_us`)} ${read(`${before}_period_us`)}`,
  ];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Without the file, this system has no such limit.
    return '';
  }
}
