import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isGone, ownTag, processOf, tagIn } from '../../src/files/owner.js';

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

test('nothing is known of another machine’s processes, and a message says so', () => {
  expect(isGone('999999999-1-00000000')).toBe(false);
  expect(processOf('77-1-00000000')).toBe('process 77 of another machine');
  expect(processOf(ownTag())).toBe(`process ${pid}`);
});
