import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isGone, isInOurPidSpace, ownTag, pidSpaceOf, removeLeftBehind, tagIn } from '../../src/files/owner.js';
import { temporaryFolders } from './temporary.js';

const newFolder = temporaryFolders();
const [pid, start, pidSpace] = ownTag().split('-');

test('a tag is found only in names of exactly the given form', () => {
  expect(tagIn(`run-${ownTag()}-a1b2c3`, 'run-', '-\\w+')).toBe(ownTag());
  for (const name of [
    `run-${ownTag()}`,
    `ran-${ownTag()}-a1b2c3`,
    `run-${ownTag()}-a1b2c3.old`,
    'run-a1b2c3',
    'run-1-2-3-x',
  ]) {
    expect(tagIn(name, 'run-', '-\\w+'), name).toBeUndefined();
  }
});

test('a running process is not gone, an ended one is', async () => {
  expect(isGone(ownTag())).toBe(false);
  const child = spawn('true');
  await once(child, 'exit');
  expect(isGone(`${child.pid}-${start}-${pidSpace}`)).toBe(true);
});

test.runIf(process.platform === 'linux')(
  'a process is gone if its number now belongs to a process that started at another time',
  () => {
    expect(isGone(`${pid}-${Number(start) - 1}-${pidSpace}`)).toBe(true);
    // A start of 0 means unknown: then only the number counts.
    expect(isGone(`${pid}-0-${pidSpace}`)).toBe(false);
  },
);

test.runIf(process.platform === 'linux')(
  'an ended process is gone even while its parent has not reaped it',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600']);
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(output);
    // The shell would reap its child; the `sleep` that replaces the shell does not.
    while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(10);
    process.kill(pid, 'SIGKILL');
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await sleep(10);
    expect(isGone(`${pid}-0-${pidSpace}`)).toBe(true);
    parent.kill();
  },
);

test('a process of another machine, boot or container never counts as gone', () => {
  expect(isInOurPidSpace(ownTag())).toBe(true);
  for (const tag of [`${pid}-${start}-1a2b3c4d`, '999999999-1-00000000', '999999999-1-1a2b3c4d']) {
    expect(isInOurPidSpace(tag)).toBe(false);
    expect(isGone(tag)).toBe(false);
  }
});

test.runIf(process.platform === 'linux')('the PID space is unknown without the process’s own /proc', () => {
  expect(pidSpaceOf('/proc')).toBe(pidSpace);
  expect(pidSpaceOf('/nowhere')).toBe('00000000');
  const folder = newFolder();
  symlinkSync('1', join(folder, 'self'));
  expect(pidSpaceOf(folder)).toBe('00000000');
});

test('files left by a process of another PID space are removed after a day without changes', () => {
  const folder = newFolder();
  const foreign = `run-${pid}-${start}-1a2b3c4d`;
  for (const name of [`${foreign}-new`, `${foreign}-old`, `run-${ownTag()}-old`]) writeFileSync(join(folder, name), '');
  const yesterday = Date.now() / 1000 - 25 * 3600;
  for (const name of [`${foreign}-old`, `run-${ownTag()}-old`]) utimesSync(join(folder, name), yesterday, yesterday);
  removeLeftBehind(folder, 'run-', '-\\w+');
  expect(readdirSync(folder).sort()).toEqual([`${foreign}-new`, `run-${ownTag()}-old`].sort());
});
