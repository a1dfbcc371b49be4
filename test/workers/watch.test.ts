import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { limitOf, TIMEOUTS, watchFor } from '../../src/workers/watch.js';

test('a shard’s time limit is 30 times its expected time, at least a minute, and half an hour before the speed is known', () => {
  expect(limitOf(TIMEOUTS, 1000, 0)).toBe(1800);
  expect(limitOf(TIMEOUTS, 1000, 1000)).toBe(60);
  expect(limitOf(TIMEOUTS, 9000, 1000)).toBe(270);
});

test('a process that takes too long is given up, unless it is no longer watched', async () => {
  const watch = watchFor(10);
  const given: string[] = [];
  const unwatch = watch({ pid: process.pid, limit: 0.5, giveUp: () => given.push('the first') });
  const why = new Promise((giveUp) => watch({ pid: process.pid, limit: 0.5, giveUp }));
  unwatch();
  expect(await why).toBe('gave no answer within 1 s');
  expect(given).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a process stopped by a signal is given up, a sleeping one is not',
  async () => {
    const sleeper = spawn('sleep', ['60']);
    const watch = watchFor(0.5);
    try {
      const given: string[] = [];
      const unwatch = watch({ pid: sleeper.pid ?? 0, limit: 60, giveUp: (why) => given.push(why) });
      await new Promise((resolve) => setTimeout(resolve, 2200));
      expect(given).toEqual([]);
      sleeper.kill('SIGSTOP');
      await vi.waitUntil(() => given.length > 0, { timeout: 30_000 });
      unwatch();
      expect(given).toEqual(['was stopped (SIGSTOP) and did not go on']);
    } finally {
      sleeper.kill('SIGKILL');
      await once(sleeper, 'exit');
    }
  },
);
