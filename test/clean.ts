import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeTree } from '../src/files/remove-tree.js';

/** How long what a test has killed may take to be gone. */
const PATIENCE_MS = 5_000;

/** Programs of the runner; children of tests may have arguments that name it as well. */
const RUNNER = /vitest(\.mjs|\/dist\/)|\.bin\/vitest/;

/**
 * Gives the suite a temporary folder of its own (other checkouts may be running theirs), and fails the run where, when all
 * tests are done, a file of ours is left in it or a process of ours that was started with it.
 */
export default function ownTemporaryFolder(): () => Promise<void> {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'recommend-suite-'));
  process.env.TMPDIR = folder;
  return async () => {
    for (const end = Date.now() + PATIENCE_MS; left(folder).length > 0 && Date.now() < end; ) await sleep(50);
    const found = left(folder);
    removeTree(folder);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    if (found.length === 0) return;
    // What is thrown here is told, but does not fail the run.
    process.exitCode = 1;
    throw new Error(`left behind by the tests:\n  ${found.join('\n  ')}`);
  };
}

/** Files and processes of ours, each in a line. */
function left(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.startsWith('recommend-'));
  return [...files.map((name) => join(folder, name)), ...processesOf(folder)];
}

/** Programs that were started with a temporary folder in this one, the runner's own aside; only Linux tells. */
function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}`)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return RUNNER.test(command) ? [] : [`process ${pid}: ${command}`];
    } catch {
      // It is gone, or not ours to look at.
      return [];
    }
  });
}
