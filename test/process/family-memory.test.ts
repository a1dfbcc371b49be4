import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { familyMemory, memoryWatch } from '../../src/process/family-memory.js';
import { temporaryFolders } from '../files/temporary.js';

const folder = temporaryFolders();

/** A fake /proc folder with the given files per process. */
function procWith(files: Record<number, Record<string, string>>): string {
  const proc = folder();
  for (const [pid, texts] of Object.entries(files)) {
    mkdirSync(join(proc, pid));
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(proc, pid, name), text);
  }
  return proc;
}

const rollup = (kilobytes: number) =>
  `55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:  999 kB\nPss:      ${kilobytes} kB\nPss_Dirty:  5 kB\n`;
const status = (kilobytes: number) => `Name:\tnode\nVmHWM:\t  999 kB\nVmRSS:\t  ${kilobytes} kB\n`;

describe('familyMemory', () => {
  it('adds up proportional sizes, and skips processes that have ended', () => {
    const proc = procWith({
      1: { smaps_rollup: rollup(100) },
      2: { smaps_rollup: rollup(30) },
      3: { smaps_rollup: '' },
    });
    expect(familyMemory([1, 2, 3, 4], proc)).toEqual({ bytes: 130 * 1024, processes: 2, measure: 'pss' });
  });

  it('uses resident sizes if there are no proportional ones', () => {
    const proc = procWith({ 1: { status: status(100) }, 2: { status: status(50) } });
    expect(familyMemory([1, 2], proc)).toEqual({ bytes: 150 * 1024, processes: 2, measure: 'rss' });
  });

  it('measures only the parent if /proc shows no process', () => {
    const { bytes, ...rest } = familyMemory([1, 2], folder());
    expect(rest).toEqual({ processes: 1, measure: 'rss of the parent' });
    expect(bytes).toBeGreaterThan(10e6);
  });
});

describe('memoryWatch', () => {
  it('keeps the highest sum that it measured', () => {
    const proc = procWith({ [process.pid]: { smaps_rollup: rollup(100) }, 2: { smaps_rollup: rollup(30) } });
    let children: number[] = [];
    const watch = memoryWatch(() => children, proc);
    watch.look();
    children = [2];
    watch.look();
    children = [];
    expect(watch.look().bytes).toBe(100 * 1024);
    expect(watch.peak).toEqual({ bytes: 130 * 1024, processes: 2, measure: 'pss' });
  });

  it('counts this process’s peak between two looks once, and reports at least this process’s own peak', () => {
    const highs = (high: number, now: number) => `Name:\tnode\nVmHWM:\t  ${high} kB\nVmRSS:\t  ${now} kB\n`;
    const files = { smaps_rollup: rollup(100), status: highs(130, 130) };
    const proc = procWith({ [process.pid]: files, 2: { smaps_rollup: rollup(80) } });
    const watch = memoryWatch(() => [2], proc);
    watch.look();
    expect(watch.peak.bytes).toBe(180 * 1024);
    const exceeded: number[] = [];
    watch.guard(300 * 1024, (bytes) => exceeded.push(bytes));
    writeFileSync(join(proc, String(process.pid), 'status'), highs(290, 130));
    expect(watch.look().bytes).toBe(180 * 1024);
    expect(watch.peak).toEqual({ bytes: 340 * 1024, processes: 2, measure: 'pss' });
    expect(exceeded).toEqual([340 * 1024]);
    // The same peak is not counted again when the children grow later.
    writeFileSync(join(proc, '2', 'smaps_rollup'), rollup(120));
    watch.look();
    expect(watch.peak.bytes).toBe(340 * 1024);
    writeFileSync(join(proc, String(process.pid), 'status'), highs(600, 600));
    watch.look();
    expect(watch.peak.bytes).toBe(600 * 1024);
  });

  it.runIf(existsSync('/proc/self/status'))('knows this process’s peak even if it never looked at that moment', () => {
    const watch = memoryWatch(() => []);
    const before = watch.look().bytes;
    let block: Buffer | undefined = Buffer.alloc(150e6, 1);
    const length = block.length;
    block = undefined;
    expect(watch.peak.bytes).toBeLessThan(before + length);
    watch.look();
    expect(watch.peak.bytes).toBeGreaterThan(length);
  });

  it.runIf(existsSync('/proc/self/smaps_rollup'))('includes the memory of a child', async () => {
    const child = fork(fileURLToPath(new URL('../workers/misbehaving/takes-100-mb.mjs', import.meta.url)));
    try {
      await once(child, 'message');
      const alone = memoryWatch(() => []).look();
      const family = memoryWatch(() => [child.pid ?? 0]).look();
      expect(family.processes).toBe(2);
      expect(family.bytes - alone.bytes).toBeGreaterThan(100e6);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
