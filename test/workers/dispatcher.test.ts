import { afterEach, expect, test } from 'vitest';
import { type Dispatcher, dispatcherFor } from '../../src/workers/dispatcher.js';
import { Pool } from '../../src/workers/pool.js';

const WORKER = new URL('misbehaving/dies-over-poison.mjs', import.meta.url);
const opened: Dispatcher[] = [];
afterEach(async () => {
  for (const dispatcher of opened.splice(0)) await dispatcher.close();
});

/** Starts a dispatcher that sends several questions to a child at once, except long ones. */
async function dispatcher(size = 1, deadline = 20, first = 'ready', onRetry = () => {}): Promise<Dispatcher> {
  const made = dispatcherFor(
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

test('waiting questions are sent to a child together, at most eight, and a long one is sent alone', async () => {
  const made = await dispatcher();
  const replies = await Promise.all(
    ['1st', ...Array(12).fill('quick'), 'long', 'quick'].map((question) => made.ask(question)),
  );
  expect(replies).toEqual([1, ...Array(8).fill(8), ...Array(4).fill(4), 1, 1]);
});

test.each(['dies', 'throws'])('a question at which a child %s fails alone', async (poison) => {
  const made = await dispatcher();
  const asked = await Promise.allSettled(
    ['1st', 'quick', 'quick', poison, 'quick', 'quick'].map((question) => made.ask(question)),
  );
  expect(asked.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.why))).toEqual([
    ...[1, 1, 1, 'failed', 1, 1],
  ]);
  // Five were sent together. Each is tried again alone; the one to blame fails three times in total if the child dies.
  expect(made.retries).toBe(poison === 'dies' ? 5 + 2 : 5);
});

test('a hanging child delays only its own question, which fails at its deadline', async () => {
  const made = await dispatcher(2, 3);
  const hanging = made.ask('hangs').catch((error) => error.why);
  let isOver = false;
  hanging.then(() => {
    isOver = true;
  });
  // The first of them wait until the other child has started, and then for each other.
  for (let k = 0; k < 3; k++) await Promise.all(Array.from({ length: 5 }, () => made.ask('long')));
  expect(isOver).toBe(false);
  expect(await hanging).toBe('late');
});

test.each([
  ['dies', 2],
  ['throws', 0],
])('a first child that %s at the start is replaced %d times before the dispatcher gives up', async (first, others) => {
  let retries = 0;
  const started = dispatcher(1, 20, first, () => void retries++);
  await expect(started).rejects.toThrow();
  expect(retries).toBe(others);
});
