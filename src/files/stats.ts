import { readFileSync, type Stats, statSync } from 'node:fs';

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

/** Text files that we write and read again have a few kilobytes. A larger file is something else and might not fit into a string. */
const MAX_BYTES = 1 << 20;

/** The text of a small file; '' if it does not exist. Undefined if it is large, unreadable or not a regular file, or if reading it may block. */
export function smallTextOf(path: string): string | undefined {
  const stats = statsOf(path);
  if (!stats) return '';
  if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The caller decides: a file that cannot be read may still be replaceable.
    return undefined;
  }
}
