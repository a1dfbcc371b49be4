import { readFileSync } from 'node:fs';
import { statsOf } from './stats.js';

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
