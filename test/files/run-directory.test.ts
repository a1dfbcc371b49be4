import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/failure.js';
import { RunDirectory } from '../../src/files/run-directory.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();
let temporary = '';

beforeEach(() => {
  temporary = folder();
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('each run has a folder of its own in TMPDIR, which only its owner can open', () => {
  const runs = [new RunDirectory(), new RunDirectory()];
  for (const run of runs) {
    expect(dirname(run.path)).toBe(temporary);
    expect(statSync(run.path).mode & 0o777).toBe(0o700);
  }
  expect(runs[0]?.path).not.toBe(runs[1]?.path);
});

test('every file of a run has a unique path that begins with its name', () => {
  const run = new RunDirectory();
  const paths = ['rows', 'rows', 'gram'].map((name) => run.file(name));
  expect(new Set(paths).size).toBe(3);
  expect(paths.map((path) => path.startsWith(join(run.path, 'rows')))).toEqual([true, true, false]);
});

test('discarding removes only the given files, and a file that was never written is no error', () => {
  const run = new RunDirectory();
  const [gone, stays, never] = [run.file('rows'), run.file('rows'), run.file('rows')];
  writeFileSync(gone, 'x');
  writeFileSync(stays, 'x');
  run.discard([gone, never]);
  expect([gone, stays].map((path) => existsSync(path))).toEqual([false, true]);
});

test('a run’s folder is removed with everything in it, and removing it twice is no error', () => {
  const run = new RunDirectory();
  writeFileSync(run.file('rows'), 'x');
  run.remove();
  expect(existsSync(run.path)).toBe(false);
  expect(existsSync(temporary)).toBe(true);
  expect(() => run.remove()).not.toThrow();
});

test('a missing temporary folder ends the run with 73 and advice', () => {
  vi.stubEnv('TMPDIR', join(temporary, 'none'));
  let thrown: unknown;
  try {
    new RunDirectory();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Failure);
  expect(thrown).toMatchObject({ exitCode: 73, message: expect.stringContaining('set TMPDIR to a folder with room') });
});

describe('a run folder beside an output file', () => {
  test('is private, can be found again, and can be taken over with only its finished files', () => {
    const output = join(temporary, 'recs.csv');
    const run = RunDirectory.beside(output);
    expect(dirname(run.path)).toBe(temporary);
    expect(statSync(run.path).mode & 0o777).toBe(0o700);
    writeFileSync(run.file('rows'), 'x');
    writeFileSync(join(run.path, 'finished'), 'y');
    expect(RunDirectory.leftBeside(output)).toEqual([run.path]);
    expect(RunDirectory.leftBeside(join(temporary, 'other.csv'))).toEqual([]);
    const next = RunDirectory.takenOver(run.path, output, (name) => name === 'finished');
    expect(existsSync(run.path)).toBe(false);
    expect(readdirSync(next.path)).toEqual(['finished']);
    expect(readFileSync(join(next.path, 'finished'), 'utf8')).toBe('y');
    expect(next.bytes).toBe(1);
  });

  test('is not found if others can write to it, or if it is a file or a link', () => {
    const output = join(temporary, 'recs.csv');
    chmodSync(RunDirectory.beside(output).path, 0o770);
    writeFileSync(join(temporary, '.recs.csv.0123456789abcdef.run'), 'a file');
    symlinkSync(temporary, join(temporary, '.recs.csv.fedcba9876543210.run'));
    expect(RunDirectory.leftBeside(output)).toEqual([]);
  });

  test('is not removed while it is marked as kept', () => {
    const run = RunDirectory.beside(join(temporary, 'recs.csv'));
    run.isKept = true;
    run.remove();
    expect(existsSync(run.path)).toBe(true);
    run.isKept = false;
    run.remove();
    expect(existsSync(run.path)).toBe(false);
  });
});
