import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asToParent, PROTOCOL, type ToParent } from '../../src/workers/protocol.js';

const file = { kind: 'file', path: '/learn-0-3' } as const;
const lists = { kind: 'lists', items: Uint32Array.of(4, 2), length: Uint32Array.of(2) } as const;
const trial = { kind: 'trial', utilities: Float64Array.of(0.5) } as const;

test.each<[string, ToParent]>([
  ['ready', { type: 'ready', protocol: PROTOCOL }],
  ['failed', { type: 'failed', index: 3, message: 'no', stack: 'no\n at', code: '' }],
  ...[file, lists, trial].map((answer): [string, ToParent] => [
    `an answer "${answer.kind}"`,
    { type: 'answer', index: 9, answer },
  ]),
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
  ['a failure without a shard', { type: 'failed', message: '', stack: '', code: '' }],
  ['a failure without a message', { type: 'failed', index: 0, stack: '', code: '' }],
  ['a failure without a code', { type: 'failed', index: 0, message: '', stack: '' }],
  ['a failure without a stack', { type: 'failed', index: 0, message: '', code: '' }],
  ['an answer without a shard', { type: 'answer', answer: file }],
  ['an answer to a shard by name', { type: 'answer', index: '0', answer: file }],
  ['an answer of nothing', { type: 'answer', index: 0, answer: null }],
  ['an answer of another kind', { type: 'answer', index: 0, answer: { ...file, kind: 'guess' } }],
  ...[file, lists, trial].flatMap((answer) =>
    Object.keys(answer).map((key): [string, unknown] => [
      `an answer "${answer.kind}" without ${key}`,
      { type: 'answer', index: 0, answer: without(answer, key) },
    ]),
  ),
  ...[file, lists, trial].flatMap((answer) =>
    Object.keys(answer).map((key): [string, unknown] => [
      `an answer "${answer.kind}" with a truth for its ${key}`,
      { type: 'answer', index: 0, answer: { ...answer, [key]: true } },
    ]),
  ),
  ['items as single floats', { type: 'answer', index: 0, answer: { ...lists, items: Float32Array.of(1) } }],
  ['utilities as single floats', { type: 'answer', index: 0, answer: { ...trial, utilities: Float32Array.of(1) } }],
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
