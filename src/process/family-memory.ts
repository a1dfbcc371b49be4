import { readFileSync } from 'node:fs';

/**
 * What was measured: `pss`, the pages of all processes, where shared pages count once; `rss`, where they count once for each process;
 * or, where the system shows no process, the most resident pages that the parent alone has had.
 */
export type Measure = 'pss' | 'rss' | 'rss of the parent';

export interface FamilyMemory {
  bytes: number;
  processes: number;
  measure: Measure;
}

/** Milliseconds between two samples, at least. */
const SHORTEST_INTERVAL = 250;
/** The largest share of the time that sampling may take. */
const LARGEST_SHARE = 0.01;

/**
 * Samples the memory of this process and its children while a run lasts. This process cannot sample while it computes, but the system
 * knows its high-water mark, which is added; a peak of a child between two samples is missed.
 *
 * @param children the current process ids of the children. @param proc where the system describes processes.
 */
export function memoryWatch(children: () => number[], proc = '/proc') {
  let peak: FamilyMemory = { bytes: 0, processes: 0, measure: 'pss' };
  let timer: NodeJS.Timeout | undefined;
  // High-water mark of this process at the last sample.
  let highBefore = 0;
  let limit: { bytes: number; onExceeded: (bytes: number) => void } | undefined;

  /** The most that was used since the last sample, never below the high-water mark of this process alone. */
  const mostSince = ({ bytes }: FamilyMemory): number => {
    const status = `${proc}/${process.pid}/status`;
    const high = 1024 * (kilobytes(status, 'VmHWM') ?? 0);
    const resident = 1024 * (kilobytes(status, 'VmRSS') ?? 0);
    const beyond = high > highBefore ? Math.max(0, high - resident) : 0;
    highBefore = high;
    return Math.max(bytes + beyond, high);
  };

  /** Takes a sample: the memory that is used now. */
  const look = (): FamilyMemory => {
    const now = familyMemory([process.pid, ...children()], proc);
    const bytes = mostSince(now);
    if (bytes > peak.bytes) peak = { ...now, bytes };
    if (limit && bytes > limit.bytes) {
      const { onExceeded } = limit;
      limit = undefined;
      onExceeded(bytes);
    }
    return now;
  };

  /** Samples until `stop`. The longer a sample takes (large processes have many pages), the fewer there are. */
  const start = (): void => {
    const startedAt = performance.now();
    look();
    const took = performance.now() - startedAt;
    timer = setTimeout(start, Math.max(SHORTEST_INTERVAL, took / LARGEST_SHARE)).unref();
  };

  return {
    start,
    look,
    stop: () => clearTimeout(timer),
    /** Calls back once, when a sample exceeds a number of bytes. */
    guard(bytes: number, onExceeded: (used: number) => void): void {
      limit = { bytes, onExceeded };
    },
    /** The largest sample so far. */
    get peak(): FamilyMemory {
      return peak;
    },
  };
}

/** @param pids this process first. Processes that have just ended count nothing. */
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

/** A field like "Pss:   275 kB" of a file in /proc; undefined where there is none. */
function kilobytes(path: string, field: string): number | undefined {
  try {
    const [, size] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(path, 'utf8')) ?? [];
    return size === undefined ? undefined : Number(size);
  } catch {
    return undefined;
  }
}
