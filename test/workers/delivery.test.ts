import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Delivery } from '../../src/workers/delivery.js';

test('in whatever order things come, they are handed on in theirs, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), async (order) => {
      const events: string[] = [];
      const delivery = new Delivery<string>(async (value) => {
        events.push(`begin ${value}`);
        await Promise.resolve();
        events.push(`end ${value}`);
      });
      for (const place of order) delivery.take(place, String(place));
      await delivery.end();
      expect(events).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((place) => [`begin ${place}`, `end ${place}`]));
    }),
  );
});

test('a place too far ahead waits until there is room', async () => {
  const delivery = new Delivery<number>(() => {});
  await delivery.roomFor(1, 2);
  let hasRoom = false;
  const waiting = delivery.roomFor(2, 2).then(() => {
    hasRoom = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasRoom).toBe(false);
  delivery.take(0, 0);
  await waiting;
});

test('a taker that fails ends it: nothing more is handed on, and everybody who waits hears why', async () => {
  const taken: number[] = [];
  const delivery = new Delivery<number>((value) => {
    taken.push(value);
    throw new Error('the disk is full');
  });
  const room = delivery.roomFor(5, 1);
  delivery.take(1, 1);
  delivery.take(0, 0);
  const full = new Error('the disk is full');
  await expect(room).rejects.toEqual(full);
  await expect(delivery.failure).rejects.toEqual(full);
  await expect(delivery.end()).rejects.toEqual(full);
  expect(() => delivery.throwIfFailed()).toThrow(full);
  expect(taken).toEqual([0]);
});
