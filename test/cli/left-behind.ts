import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Processes that were started with this TMPDIR and still run; only Linux tells. */
export function leftBehind(tmp: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${tmp}\0`);
    } catch {
      return false;
    }
  });
}
