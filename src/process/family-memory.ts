import { readFileSync } from 'node:fs';

/**
 * What was measured: `pss`, the pages of all processes, with shared pages counted once; `rss`, with shared pages counted for each process;
 * or, if the system does not describe processes, the peak of resident pages of the parent alone.
 */
export type Measure = 'pss' | 'rss' | 'rss of the parent';

export interface FamilyMemory {
  bytes: number;
  processes: number;
  measure: Measure;
}

/** Minimum number of milliseconds between two samples. */
const MIN_INTERVAL = 250;
/** Maximum share of the time that sampling may take. */
const MAX_SHARE = 0.01;

/**
 * Samples the memory of this process and its children during a run. This process cannot sample while it computes, but the system's
 * high-water mark covers its peaks; a peak of a child between two samples is missed.
 *
 * @param children the current process ids of the children. @param proc the path of procfs.
 */
export function memoryWatch(children: () => number[], proc = '/proc') {
  let peak: FamilyMemory = { bytes: 0, processes: 0, measure: 'pss' };
  let timer: NodeJS.Timeout | undefined;
  // High-water mark of this process at the last sample.
  let highBefore = 0;
  let limit: { bytes: number; onExceeded: (bytes: number) => void } | undefined;

  /** The peak since the last sample, at least the high-water mark of this process alone. */
  const peakSince = ({ bytes }: FamilyMemory): number => {
    const status = `${proc}/${process.pid}/status`;
    const high = 1024 * (kilobytes(status, 'VmHWM') ?? 0);
    const resident = 1024 * (kilobytes(status, 'VmRSS') ?? 0);
    const beyond = high > highBefore ? Math.max(0, high - resident) : 0;
    highBefore = high;
    return Math.max(bytes + beyond, high);
  };

  /** Takes a sample. @returns the memory in use now. */
  const look = (): FamilyMemory => {
    const now = familyMemory([process.pid, ...children()], proc);
    const bytes = peakSince(now);
    if (bytes > peak.bytes) peak = { ...now, bytes };
    if (limit && bytes > limit.bytes) {
      const { onExceeded } = limit;
      limit = undefined;
      onExceeded(bytes);
    }
    return now;
  };

  /** Samples until `stop`. The longer a sample takes (large processes have many pages), the rarer samples are. */
  const start = (): void => {
    const startedAt = performance.now();
    look();
    const took = performance.now() - startedAt;
    timer = setTimeout(start, Math.max(MIN_INTERVAL, took / MAX_SHARE)).unref();
  };

  return {
    start,
    look,
    stop: () => clearTimeout(timer),
    /** Calls back once, when a sample exceeds that many bytes. */
    guard(bytes: number, onExceeded: (used: number) => void): void {
      limit = { bytes, onExceeded };
    },
    /** The largest sample so far. */
    get peak(): FamilyMemory {
      return peak;
    },
  };
}

/** The memory of processes now. Processes that have just ended count as 0. @param pids this process first. */
export function familyMemory(pids: readonly number[], proc: string): FamilyMemory {
  for (const [measure, file, field] of [
    ['pss', 'smaps_rollup', 'Pss'],
    ['rss', 'status', 'VmRSS'],
  ] as const) {
    const sizes = pids.map((pid) => kilobytes(`${proc}/${pid}/${file}`, field));
    if (sizes[0] === undefined) continue;
    const living = sizes.filter((size) => size !== undefined);
    return { bytes: 1024 * living.reduce((total, size) => total + size, 0), processes: living.length, measure };
  }
  return { bytes: 1024 * process.resourceUsage().maxRSS, processes: 1, measure: 'rss of the parent' };
}

/** A field like "Pss:   275 kB" of a file in procfs; undefined if there is none. */
function kilobytes(path: string, field: string): number | undefined {
  try {
    const [, size] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(path, 'utf8')) ?? [];
    return size === undefined ? undefined : Number(size);
  } catch {
    return undefined;
  }
}
