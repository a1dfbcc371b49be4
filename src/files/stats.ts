import { type Stats, statSync } from 'node:fs';

/** What lies at a path; undefined for what is not there, or cannot be looked at: whoever opens it says what is wrong. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** False also for what is not there. */
export function isPipeOrDevice(path: string): boolean {
  const stats = statsOf(path);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

export function isNamedPipe(path: string): boolean {
  return statsOf(path)?.isFIFO() === true;
}
