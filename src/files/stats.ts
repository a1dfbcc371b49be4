import { type Stats, statSync } from 'node:fs';

/** The stats of a path; undefined if it does not exist or cannot be examined. Opening it will report what is wrong. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Also false if it does not exist. */
export function isPipeOrDevice(path: string): boolean {
  const stats = statsOf(path);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

export function isNamedPipe(path: string): boolean {
  return statsOf(path)?.isFIFO() === true;
}
