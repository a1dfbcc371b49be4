import { afterEach, expect, test } from 'vitest';
import { Dispatcher } from '../../src/workers/dispatcher.js';
import { Pool } from '../../src/workers/pool.js';

const WORKER = new URL('misbehaving/dies-over-poison.mjs', import.meta.url);
const opened: Dispatcher[] = [];
afterEach(async () => {
  for (const dispatcher of opened.splice(0)) await dispatcher.close();
});

/** Children that are told several questions at once unless they are long. */
async function dispatcher(size = 1, deadline = 20, first = 'ready', onRetry = () => {}): Promise<Dispatcher> {
  const made = new Dispatcher(
    new Pool({ size, onRetry: () => {}, worker: WORKER }),
    { kind: 'serve', model: '', rules: {} },
    {
      ...{ balance: 'least-loaded', most: 100, deadline, first, onRetry },
      isQuick: (question) => question !== 'long',
    },
  );
  opened.push(made);
  await made.start();
  return made;
}

test('questions that wait go to a child together, at most eight; one that takes long goes alone', async () => {
  const made = await dispatcher();
  const replies = await Promise.all(
    ['1st', ...Array(12).fill('quick'), 'long', 'quick'].map((question) => made.ask(question)),
  );
  expect(replies).toEqual([1, ...Array(8).fill(8), ...Array(4).fill(4), 1, 1]);
});

test.each(['dies', 'throws'])('a question over which a child %s takes no other along', async (poison) => {
  const made = await dispatcher();
  const asked = await Promise.allSettled(
    ['1st', 'quick', 'quick', poison, 'quick', 'quick'].map((question) => made.ask(question)),
  );
  expect(asked.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.why))).toEqual([
    ...[1, 1, 1, 'failed', 1, 1],
  ]);
  // Five were asked together; then the one to blame dies alone, three times in all.
  expect(made.retries).toBe(poison === 'dies' ? 5 + 2 : 5);
});

test('a child that hangs holds up nobody but whom it was to answer', async () => {
  const made = await dispatcher(2, 3);
  const hanging = made.ask('hangs').catch((error) => error.why);
  let isOver = false;
  hanging.then(() => {
    isOver = true;
  });
  // The first of them wait for the other child to start, and then behind each other.
  for (let k = 0; k < 3; k++) await Promise.all(Array.from({ length: 5 }, () => made.ask('long')));
  expect(isOver).toBe(false);
  expect(await hanging).toBe('late');
});

test.each([
  ['dies', 2],
  ['throws', 0],
])('a first child that %s is followed by %d others before there is none', async (first, others) => {
  let retries = 0;
  const started = dispatcher(1, 20, first, () => void retries++);
  await expect(started).rejects.toThrow();
  expect(retries).toBe(others);
});
