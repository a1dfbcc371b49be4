import { readFileSync } from 'node:fs';

/**
 * What was measured: `pss`, the pages of all processes, one that several share counted once; `rss`, once for each of them; or, where
 * the system tells of no other process, the resident pages of the parent alone.
 */
export type Measure = 'pss' | 'rss' | 'rss of the parent';

export interface FamilyMemory {
  bytes: number;
  processes: number;
  measure: Measure;
}

/** The least milliseconds between two looks, and the most of the time that looking may take. */
const SOONEST = 250;
const SHARE = 0.01;

/**
 * Samples the memory of this process and its children while a run lasts. Where this process rose and fell between two looks (it cannot
 * look while it computes), the system still knows how high; what a child did in between is missed.
 */
export class MemoryWatch {
  readonly #children: () => number[];
  readonly #proc: string;
  #peak: FamilyMemory = { bytes: 0, processes: 0, measure: 'pss' };
  #timer: NodeJS.Timeout | undefined;
  /** How high this process had been by the last look. */
  #high = 0;
  #guard: { most: number; exceeded: (bytes: number) => void } | undefined;

  /** @param children the process ids there are now. @param proc where the system tells of processes. */
  constructor(children: () => number[], proc = '/proc') {
    this.#children = children;
    this.#proc = proc;
  }

  /** Looks again and again until `stop`, the less often the longer a look takes: large processes have many pages. */
  start(): void {
    const startedAt = performance.now();
    this.look();
    const took = performance.now() - startedAt;
    this.#timer = setTimeout(() => this.start(), Math.max(SOONEST, took / SHARE)).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** What they take now. */
  look(): FamilyMemory {
    const now = familyMemory([process.pid, ...this.#children()], this.#proc);
    const bytes = this.#mostSince(now);
    if (bytes > this.#peak.bytes) this.#peak = { ...now, bytes };
    if (this.#guard && bytes > this.#guard.most) {
      const { exceeded } = this.#guard;
      this.#guard = undefined;
      exceeded(bytes);
    }
    return now;
  }

  /** The most they took since the last look, never less than this process alone has had. */
  #mostSince({ bytes }: FamilyMemory): number {
    const status = `${this.#proc}/${process.pid}/status`;
    const high = 1024 * (kilobytes(status, 'VmHWM') ?? 0);
    const resident = 1024 * (kilobytes(status, 'VmRSS') ?? 0);
    const beyond = high > this.#high ? Math.max(0, high - resident) : 0;
    this.#high = high;
    return Math.max(bytes + beyond, high);
  }

  /** Tells once, when a look finds that there were more than so many bytes. */
  guard(most: number, exceeded: (bytes: number) => void): void {
    this.#guard = { most, exceeded };
  }

  /** The most that they took, as far as could be seen. */
  get peak(): FamilyMemory {
    return this.#peak;
  }
}

/** @param pids this process first. One that has just ended takes nothing. */
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
  return { bytes: process.memoryUsage.rss(), processes: 1, measure: 'rss of the parent' };
}

/** A field like "Pss:   275 kB" of such a file; undefined where there is none. */
function kilobytes(path: string, field: string): number | undefined {
  try {
    const [, size] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(path, 'utf8')) ?? [];
    return size === undefined ? undefined : Number(size);
  } catch {
    return undefined;
  }
}
