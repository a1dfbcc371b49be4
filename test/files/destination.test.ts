import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { atomicFile, openDestination } from '../../src/files/destination.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

/** More text than any buffer holds. */
const MANY = Array.from({ length: 300 }, (_, i) => `${i},`.repeat(500));

function failureOf(path: string): Failure {
  try {
    openDestination(path).abandon();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${path} could be opened`);
}

test('the file appears at its path only on commit, and complete', async () => {
  const at = folder();
  const path = join(at, 'out.csv');
  const out = openDestination(path);
  for (const part of MANY) expect(await out.write(part)).toBe(true);
  expect(existsSync(path)).toBe(false);
  await out.commit();
  expect(readFileSync(path, 'utf8')).toBe(MANY.join(''));
  expect(readdirSync(at)).toEqual(['out.csv']);
});

test('bytes and text are written in order', async () => {
  const path = join(folder(), 'out.csv');
  const out = openDestination(path);
  await out.write('é\n');
  await out.write(Uint8Array.of(97, 10));
  await out.commit();
  expect(readFileSync(path, 'utf8')).toBe('é\na\n');
});

test('an old file stays until commit, and is then replaced completely', async () => {
  const path = join(folder(), 'out.csv');
  writeFileSync(path, 'old and longer');
  const out = openDestination(path);
  await out.write('new');
  expect(readFileSync(path, 'utf8')).toBe('old and longer');
  await out.commit();
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test.each(['out.csv', 'out.csv.gz'])('abandoning keeps the old %s and leaves no other files', async (name) => {
  const at = folder();
  writeFileSync(join(at, name), 'old');
  const out = openDestination(join(at, name));
  for (const part of MANY) await out.write(part);
  out.abandon();
  expect(readdirSync(at)).toEqual([name]);
  expect(readFileSync(join(at, name), 'utf8')).toBe('old');
});

test('abandoning after commit changes nothing', async () => {
  const at = folder();
  const out = openDestination(join(at, 'out.csv'));
  await out.write('new');
  await out.commit();
  out.abandon();
  expect(readdirSync(at)).toEqual(['out.csv']);
});

test('an output of no bytes is an empty file', async () => {
  const path = join(folder(), 'out.csv');
  await openDestination(path).commit();
  expect(statSync(path).size).toBe(0);
});

test('a .gz file is compressed and complete', async () => {
  const path = join(folder(), 'out.csv.gz');
  const out = openDestination(path);
  for (const part of MANY) await out.write(part);
  expect(existsSync(path)).toBe(false);
  await out.commit();
  expect(gunzipSync(readFileSync(path)).toString()).toBe(MANY.join(''));
});

test('a file has the mode that the user’s umask gives to new files', async () => {
  const path = join(folder(), 'out.csv');
  await openDestination(path).commit();
  expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
});

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('no file stays open after commit', async () => {
    const path = join(folder(), 'out.csv');
    const out = openDestination(path);
    await out.write('x');
    await out.commit();
    expect(openFiles()).not.toContain(path);
  });

  test('a pipe at the path is written to and stays a pipe', async () => {
    const path = join(folder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const out = openDestination(path);
      await out.write('x\n');
      await out.commit();
      expect(statSync(path).isFIFO()).toBe(true);
      const chunks: Buffer[] = [];
      for await (const chunk of reader.stdout) chunks.push(Buffer.from(chunk));
      expect(Buffer.concat(chunks).toString()).toBe('x\n');
    } finally {
      reader.kill();
    }
  });
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // The descriptor that listed the folder is closed by now.
      return [];
    }
  });
}

test('a missing folder is refused with 73 and named', () => {
  const at = join(folder(), 'none');
  const { exitCode, message } = failureOf(join(at, 'out.csv'));
  expect([exitCode, message]).toEqual([73, `${join(at, 'out.csv')}: the folder ${at} does not exist; make it first`]);
});

test('a target that is a folder is refused with 73, and nothing is left in it', () => {
  const at = folder();
  mkdirSync(join(at, 'out'));
  const { exitCode, message } = failureOf(join(at, 'out'));
  expect([exitCode, message]).toEqual([73, `${join(at, 'out')} is a folder; name a file in it`]);
  expect(readdirSync(at)).toEqual(['out']);
});

test('a target under a file is refused with 73', () => {
  const at = folder();
  writeFileSync(join(at, 'file'), '');
  expect(failureOf(join(at, 'file', 'out.csv')).exitCode).toBe(73);
});

test('abandoning a file whose commit failed after closing does not close an unrelated file', async () => {
  const at = folder();
  const lost = () => {
    throw new Failure(75, 'lost');
  };
  const file = atomicFile({ path: join(at, 'out.csv'), mode: undefined }, undefined, lost);
  await file.write('new');
  await expect(file.commit()).rejects.toThrow('lost');
  // This reuses the descriptor number that was just freed.
  const other = openSync(at, 'r');
  file.abandon();
  await sleep(20);
  expect(fstatSync(other).isDirectory()).toBe(true);
  closeSync(other);
});

test('a failed commit keeps the old file, also when the folder of the unfinished file was moved away', async () => {
  const at = folder();
  const path = join(at, 'out.csv');
  writeFileSync(path, 'old');
  const work = join(at, 'work');
  const written = async (beforeRename: () => void) => {
    mkdirSync(work);
    const file = atomicFile({ path, mode: 0o644 }, join(work, 'output'), beforeRename);
    await file.write('new');
    const error = await file.commit().catch((why: unknown) => why);
    file.abandon();
    rmSync(work, { recursive: true, force: true });
    return error;
  };
  const lost = new Failure(75, 'lost');
  expect(
    await written(() => {
      throw lost;
    }),
  ).toBe(lost);
  expect(await written(() => renameSync(work, join(at, 'theirs')))).toMatchObject({ exitCode: 74 });
  expect(readFileSync(path, 'utf8')).toBe('old');
});
