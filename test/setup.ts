import fc from 'fast-check';
import { afterAll, afterEach, expect } from 'vitest';
import { removeFoldersOfFile, removeFoldersOfTest } from './files/temporary.js';

afterEach(removeFoldersOfTest);
afterAll(removeFoldersOfFile);

// Workers that tests start get the arguments of Node that they get from people, which are none, and not those of the test runner.
process.execArgv = [];

// Otherwise fast-check makes arrays of at most ten elements, whatever maximum a generator states.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

/** Equal arrays of numbers are known by their bytes: a million of them one by one take seconds. What differs is left to `expect`, which shows it. */
function areSameBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) || undefined;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

// This file is run before every test file, and files share a process.
const DONE = Symbol.for('recommend.equality');
if (!(DONE in globalThis)) expect.addEqualityTesters([areSameBytes]);
Object.assign(globalThis, { [DONE]: true });
