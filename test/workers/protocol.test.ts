import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asToParent, PROTOCOL, type ToParent } from '../../src/workers/protocol.js';

test.each<[string, ToParent]>([
  ['ready', { type: 'ready', protocol: PROTOCOL }],
  ['failed', { type: 'failed', index: 3, message: 'no', stack: 'no\n at', code: '' }],
  ['answer', { type: 'answer', index: 9, path: '/learn-0-3' }],
])('the message "%s" is accepted, without its unknown fields', (_, message) => {
  expect(asToParent({ ...message, more: 1 })).toEqual(message);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a string', 'ready'],
  ['a list', []],
  ['an object without a type', { protocol: 1 }],
  ['another type', { type: 'weather', index: 0 }],
  ['ready without a protocol', { type: 'ready' }],
  ['ready with a string for a protocol', { type: 'ready', protocol: '1' }],
  ['a failure without a shard', { type: 'failed', message: '', stack: '', code: '' }],
  ['a failure without a message', { type: 'failed', index: 0, stack: '', code: '' }],
  ['a failure without a code', { type: 'failed', index: 0, message: '', stack: '' }],
  ['a failure without a stack', { type: 'failed', index: 0, message: '', code: '' }],
  ['a failure with a number for a message', { type: 'failed', index: 0, message: 1, stack: '', code: '' }],
  ['an answer without a shard', { type: 'answer', path: '/learn-0-3' }],
  ['an answer with a string for a shard', { type: 'answer', index: '0', path: '/learn-0-3' }],
  ['an answer without a file', { type: 'answer', index: 0 }],
  ['an answer with a boolean for its file', { type: 'answer', index: 0, path: true }],
])('%s is not a message', (_, message) => {
  expect(asToParent(message)).toBeUndefined();
});

test('arbitrary values are refused without an exception', () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      expect(asToParent(message)).toBeUndefined();
    }),
  );
});
