import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isGone, isInOurPidSpace, ownTag, pidSpaceOf, removeLeftBehind, tagIn } from '../../src/files/owner.js';
import { temporaryFolders } from './temporary.js';

const newFolder = temporaryFolders();
const [pid, start, machine] = ownTag().split('-');

test('a tag is found in a name of its kind, and in no other', () => {
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

test('a process that runs is not gone, one that has ended is', async () => {
  expect(isGone(ownTag())).toBe(false);
  const child = spawn('true');
  await once(child, 'exit');
  expect(isGone(`${child.pid}-${start}-${machine}`)).toBe(true);
});

test.runIf(process.platform === 'linux')('a number that another process got since is that of one that is gone', () => {
  expect(isGone(`${pid}-${Number(start) - 1}-${machine}`)).toBe(true);
  // Where the start is not known, the number alone counts.
  expect(isGone(`${pid}-0-${machine}`)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a process that has ended is gone, though its parent has not asked how',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600']);
    const [said] = await once(parent.stdout, 'data');
    const pid = Number(said);
    // The shell would ask; what it becomes does not.
    while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(10);
    process.kill(pid, 'SIGKILL');
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await sleep(10);
    expect(isGone(`${pid}-0-${machine}`)).toBe(true);
    parent.kill();
  },
);

test('nothing is known of the processes of another world: machine, boot or container', () => {
  expect(isInOurPidSpace(ownTag())).toBe(true);
  for (const tag of [`${pid}-${start}-1a2b3c4d`, '999999999-1-00000000', '999999999-1-1a2b3c4d']) {
    expect(isInOurPidSpace(tag)).toBe(false);
    expect(isGone(tag)).toBe(false);
  }
});

test.runIf(process.platform === 'linux')('without a /proc of its own a process knows no world', () => {
  expect(pidSpaceOf('/proc')).toBe(machine);
  expect(pidSpaceOf('/nowhere')).toBe('00000000');
  const folder = newFolder();
  symlinkSync('1', join(folder, 'self'));
  expect(pidSpaceOf(folder)).toBe('00000000');
});

test('what a process of another world left is removed once nobody has touched it for a day', () => {
  const folder = newFolder();
  const foreign = `run-${pid}-${start}-1a2b3c4d`;
  for (const name of [`${foreign}-new`, `${foreign}-old`, `run-${ownTag()}-old`]) writeFileSync(join(folder, name), '');
  const yesterday = Date.now() / 1000 - 25 * 3600;
  for (const name of [`${foreign}-old`, `run-${ownTag()}-old`]) utimesSync(join(folder, name), yesterday, yesterday);
  removeLeftBehind(folder, 'run-', '-\\w+');
  expect(readdirSync(folder).sort()).toEqual([`${foreign}-new`, `run-${ownTag()}-old`].sort());
});
