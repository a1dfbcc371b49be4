import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { float32s, float64s, mappedFile, release, uint32s } from '../../src/matrix/memory.js';
import { manyEvents, put } from '../cli/data.js';
import { root, run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

describe.each([
  [uint32s, Uint32Array],
  [float32s, Float32Array],
  [float64s, Float64Array],
])('%o', (make, type) => {
  it.each([0, 1, 1000, 3_000_001])('gives %i zeros and can be written', (length) => {
    const array = make(length);
    expect(array).toBeInstanceOf(type);
    expect(array.length).toBe(length);
    expect(array.every((value) => value === 0)).toBe(true);
    array.fill(7);
    expect(array.at(-1)).toBe(length === 0 ? undefined : 7);
  });

  it('can still be read after its memory is released', () => {
    for (const length of [10, 3_000_001]) {
      const array = make(length).fill(7);
      release(array);
      expect([0, 7]).toContain(array[length - 1]);
    }
  });
});

describe('mappedFile', () => {
  it('maps the bytes of the file, and writing to the mapping does not change the file', () => {
    const path = join(newFolder(), 'f');
    const bytes = Uint8Array.from({ length: 100_000 }, (_, k) => k % 251);
    writeFileSync(path, bytes);
    const file = openSync(path, 'r');
    const mapped = mappedFile(file, bytes.length);
    closeSync(file);
    // There is no mapping without koffi or outside Linux.
    if (!mapped) return expect(process.platform === 'linux' && process.arch === 'x64').toBe(false);
    const view = new Uint8Array(mapped);
    expect(Buffer.compare(view, bytes)).toBe(0);
    view.fill(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('is unmapped completely by releasing one of its arrays, so that a removed file uses no disk space', () => {
    const path = join(newFolder(), 'f');
    writeFileSync(path, Buffer.alloc(100_000, 7));
    const file = openSync(path, 'r');
    const mapped = mappedFile(file, 100_000);
    closeSync(file);
    if (!mapped) return;
    rmSync(path);
    const isThere = () => readFileSync('/proc/self/maps', 'utf8').includes(path);
    expect(isThere()).toBe(true);
    release(new Uint32Array(mapped, 8, 10));
    expect(isThere()).toBe(false);
    expect(new Uint8Array(mapped).every((byte) => byte === 0)).toBe(true);
  });

  it('gives undefined if the file cannot be mapped', () => {
    const path = join(newFolder(), 'f');
    writeFileSync(path, '');
    const file = openSync(path, 'r');
    expect(mappedFile(file, 0)).toBeUndefined();
    closeSync(file);
    // The file is closed now.
    expect(mappedFile(file, 4096)).toBeUndefined();
  });
});

test('a run gives the same output if nothing can be mapped', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', manyEvents(2_000, 2_500, 60));
  const args = ['-u', 'e.csv', '-j', '2', '--algorithm', 'ridge', '--duplicates', 'last'];
  const mapped = await run(args, { folder });
  const without = join(root, 'test/cli/faults/without-koffi.mjs');
  const read = await run(args, { folder, env: { NODE_OPTIONS: `--import ${without}`, WITHOUT_KOFFI: folder } });
  expect(mapped.code, mapped.stderr).toBe(0);
  expect(read.code, read.stderr).toBe(0);
  expect(read.stdout).toBe(mapped.stdout);
  // Parent and children did try to load koffi; otherwise this test would prove nothing.
  if (process.platform === 'linux') expect(readFileSync(join(folder, 'asked'), 'utf8')).toMatch(/^(koffi\n){2,}$/);
});
