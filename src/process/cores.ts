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
  const limits: string[] = [];
  const own = /^0::(.*)$/m.exec(read('/proc/self/cgroup'))?.[1] ?? '/';
  // A limit on any parent group applies too. Inside a container the path starts at the container's own root.
  for (let path = own; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const text = read(`/sys/fs/cgroup${path === '/' ? '' : path}/cpu.max`);
    if (text !== '') limits.push(text);
    if (path === '' || path === '/') break;
  }
  const quota = read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us');
  const period = read('/sys/fs/cgroup/cpu/cpu.cfs_period_us');
  if (quota !== '' && period !== '') limits.push(`${quota.trim()} ${period.trim()}`);
  return limits;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Without the file, this system has no such limit.
    return '';
  }
}
