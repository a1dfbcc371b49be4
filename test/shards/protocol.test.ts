import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asToParent, PROTOCOL, type ToParent } from '../../src/shards/protocol.js';

const facts = { sum: Float64Array.of(1), largest: Float64Array.of(1), length: Float64Array.of(1) };
const fit = { kind: 'fit', path: '/rows.0', ...facts } as const;
const score = { kind: 'score', csv: Uint8Array.of(97), users: 1, rows: 1 } as const;

test.each<[string, ToParent]>([
  ['ready', { type: 'ready', protocol: PROTOCOL }],
  ['failed', { type: 'failed', index: 3, message: 'no', stack: 'no\n at' }],
  ['an answer of learning', { type: 'answer', index: 0, answer: fit }],
  ['an answer of scoring', { type: 'answer', index: 9, answer: score }],
])('the message "%s" is taken as it is, and nothing more of it', (_, message) => {
  expect(asToParent({ ...message, more: 1 })).toEqual(message);
});

const without = (object: object, key: string) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a word', 'ready'],
  ['a list', []],
  ['an object without a type', { protocol: 1 }],
  ['another type', { type: 'weather', index: 0 }],
  ['ready without a protocol', { type: 'ready' }],
  ['ready with a word for a protocol', { type: 'ready', protocol: '1' }],
  ['a failure without a shard', { type: 'failed', message: '', stack: '' }],
  ['a failure without a message', { type: 'failed', index: 0, stack: '' }],
  ['a failure without a stack', { type: 'failed', index: 0, message: '' }],
  ['an answer without a shard', { type: 'answer', answer: fit }],
  ['an answer to a shard by name', { type: 'answer', index: '0', answer: fit }],
  ['an answer of nothing', { type: 'answer', index: 0, answer: null }],
  ['an answer of another kind', { type: 'answer', index: 0, answer: { ...fit, kind: 'guess' } }],
  ...Object.keys(fit).map((key): [string, unknown] => [
    `an answer of learning without ${key}`,
    { type: 'answer', index: 0, answer: without(fit, key) },
  ]),
  ...Object.keys(score).map((key): [string, unknown] => [
    `an answer of scoring without ${key}`,
    { type: 'answer', index: 0, answer: without(score, key) },
  ]),
  ['sums as a list', { type: 'answer', index: 0, answer: { ...fit, sum: [1] } }],
  ['sums as single floats', { type: 'answer', index: 0, answer: { ...fit, sum: Float32Array.of(1) } }],
  ['CSV as text', { type: 'answer', index: 0, answer: { ...score, csv: 'a' } }],
  ['users as text', { type: 'answer', index: 0, answer: { ...score, users: '1' } }],
])('%s is no message', (_, message) => {
  expect(asToParent(message)).toBeUndefined();
});

test('what nobody thought of is refused without an error', () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      expect(asToParent(message)).toBeUndefined();
    }),
  );
});
