import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { stopping, TimeIsUp } from '../../src/pipeline/stopping.js';

test('an interrupted run stops with the reason of the interruption, with or without a time limit', () => {
  const interrupted = new AbortController();
  const { signal } = stopping(interrupted.signal, undefined);
  expect(signal.aborted).toBe(false);
  const reason = new Failure(143, 'stopped');
  interrupted.abort(reason);
  expect(signal.reason).toBe(reason);
  expect(stopping(interrupted.signal, 5).signal.reason).toBe(reason);
});

test('a run whose time is up stops with 75 and states the limit', async () => {
  const { signal } = stopping(new AbortController().signal, 0.01);
  await once(signal, 'abort');
  expect(signal.reason).toBeInstanceOf(TimeIsUp);
  expect(signal.reason).toMatchObject({ exitCode: 75, message: 'stopped after 0.01 s (--max-duration)' });
});

test('a time limit beyond the range of timers does not fire at once', async () => {
  const { signal, clear } = stopping(new AbortController().signal, 3600 * 24 * 365);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(signal.aborted).toBe(false);
  clear();
});
