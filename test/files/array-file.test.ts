import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Arrays, arrayOf, checkArrays, readArrays, writeArrays } from '../../src/files/array-file.js';
import type { TypedArray } from '../../src/files/array-header.js';
import { sealed, sealedHeader } from './sealed.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

const ARRAYS: Arrays = {
  bytes: Uint8Array.of(1, 2, 255),
  whole: Uint32Array.of(0, 4294967295, 7),
  empty: new Float32Array(0),
  single: Float32Array.of(0.1, -1, Number.POSITIVE_INFINITY),
  double: Float64Array.of(0.1, Number.NaN, -0),
};

const anyArray = fc.oneof(
  fc.uint8Array({ maxLength: 9 }),
  fc.uint32Array({ maxLength: 5 }),
  fc.float32Array({ maxLength: 5 }),
  fc.float64Array({ maxLength: 5 }),
);

test('arrays of any type and length are read back unchanged', () => {
  const at = folder();
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), anyArray), { maxLength: 5 }), (named) => {
      const arrays = Object.fromEntries(named.filter(([name]) => name !== '__proto__'));
      const path = join(at, `arrays.${run++}`);
      writeArrays(path, arrays);
      expect(readArrays(path)).toEqual(arrays);
    }),
  );
});

test('a view into a larger buffer is written without the rest of the buffer', () => {
  const path = join(folder(), 'arrays');
  writeArrays(path, { view: Uint32Array.of(1, 2, 3, 4).subarray(1, 3) });
  expect(readArrays(path)).toEqual({ view: Uint32Array.of(2, 3) });
});

test('an array with several names is stored once and read back under all of them', () => {
  const at = folder();
  const array = Float64Array.from({ length: 1000 }, (_, k) => k);
  writeArrays(join(at, 'names'), { a: array, again: array, other: array.slice(), part: array.subarray(0, 10) });
  const read = readArrays(join(at, 'names'));
  expect(read).toEqual({ a: array, again: array, other: array, part: array.subarray(0, 10) });
  expect(read.again).toBe(read.a);
  expect(statSync(join(at, 'names')).size).toBeLessThan(2.1 * array.byteLength);
});

test('a file that ends with empty arrays can be read', () => {
  const path = join(folder(), 'arrays');
  writeArrays(path, { start: new Uint32Array(3), index: new Uint32Array(0), value: new Float32Array(0) });
  expect(readArrays(path).start).toEqual(new Uint32Array(3));
});

test('a file that is truncated anywhere is refused', () => {
  const at = folder();
  const path = join(at, 'whole');
  writeArrays(path, ARRAYS);
  const bytes = readFileSync(path);
  const cut = join(at, 'cut');
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(cut, bytes.subarray(0, length));
    expect(() => readArrays(cut), `cut to ${length} bytes`).toThrow(RangeError);
    expect(() => checkArrays(cut), `cut to ${length} bytes`).toThrow(RangeError);
  }
});

test('the error for a truncated file names the array in which it ends', () => {
  const path = join(folder(), 'cut');
  writeArrays(path, ARRAYS);
  writeFileSync(path, readFileSync(path).subarray(0, -1));
  expect(() => readArrays(path)).toThrow(new RangeError(`${path} ends inside "double"`));
});

/** Writes an array file with an altered header, whose stored length and check sum are corrected. */
function altered(from: string, to: string, arrays: Arrays = ARRAYS): string {
  const path = join(folder(), 'altered');
  writeArrays(path, arrays);
  const bytes = readFileSync(path);
  const end = 16 + bytes.readUInt32LE(12);
  const header = bytes.toString('latin1', 16, end);
  expect(header).toContain(from);
  const changed = Buffer.from(header.replace(from, to));
  const prefix = Buffer.from(bytes.subarray(0, 16));
  prefix.writeUInt32LE(changed.length, 12);
  writeFileSync(path, sealedHeader(Buffer.concat([prefix, changed, bytes.subarray(end)])));
  return path;
}

test.each([
  ['an unknown type', '"type":"u32"', '"type":"u33"'],
  ['a type that is the name of an object method', '"type":"f32"', '"type":"valueOf"'],
  ['a negative offset', '"offset":8', '"offset":-8'],
  ['an offset that is not a multiple of 8', '"offset":8', '"offset":9'],
  ['a length beyond the file', '"length":3', '"length":9999999'],
  ['a length below 0', '"length":3', '"length":-1'],
  ['a length that is not a number', '"length":3', '"length":"3"'],
  ['an array that overlaps another', '"offset":8', '"offset":0'],
  ['a duplicate name', '"name":"whole"', '"name":"bytes"'],
  ['an array without a name', '"name":"bytes"', '"nome":"bytes"'],
  ['a missing check sum', '"sum":', '"some":'],
  ['a null entry', '[{', '[null,{'],
  ['a header that is not JSON', '[{"name"', '[{name"'],
])('%s is refused', (_, from, to) => {
  expect(() => readArrays(altered(from, to))).toThrow(RangeError);
});

test.each([
  ['another kind of file', 'PK\x03\x04', 'is not an array file'],
  ['a file of another version', 'RECARR01', 'is an array file of another version of this program'],
])('%s is refused', (_, begin, why) => {
  const path = join(folder(), 'other');
  writeArrays(path, ARRAYS);
  const bytes = readFileSync(path);
  bytes.write(begin);
  writeFileSync(path, bytes);
  expect(() => readArrays(path)).toThrow(new RangeError(`${path} ${why}`));
  expect(() => checkArrays(path)).toThrow(new RangeError(`${path} ${why}`));
});

test('a file with any byte altered, or with bytes after its end, is refused', () => {
  const at = folder();
  const path = join(at, 'whole');
  writeArrays(path, ARRAYS);
  const bytes = readFileSync(path);
  const other = join(at, 'other');
  for (let place = 0; place < bytes.length; place++) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 0x10;
    writeFileSync(other, changed);
    expect(() => readArrays(other), `byte ${place}`).toThrow(RangeError);
    expect(() => checkArrays(other), `byte ${place}`).toThrow(RangeError);
  }
  writeFileSync(other, Buffer.concat([bytes, Buffer.alloc(8)]));
  expect(() => readArrays(other)).toThrow(new RangeError(`${other} has more bytes after its arrays`));
});

test('a file that is overwritten and resealed is refused, or read without allocating more than its size', () => {
  const at = folder();
  const path = join(at, 'whole');
  writeArrays(path, ARRAYS);
  const bytes = readFileSync(path);
  const other = join(at, 'other');
  const anyPatch = fc.record({
    place: fc.nat(bytes.length - 1),
    content: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  });
  fc.assert(
    fc.property(fc.array(anyPatch, { minLength: 1, maxLength: 3 }), fc.nat(bytes.length), (patches, length) => {
      const changed = Buffer.from(bytes.subarray(0, Math.max(16, length)));
      for (const { place, content } of patches)
        changed.set(content.subarray(0, Math.max(0, changed.length - place)), Math.min(place, changed.length));
      writeFileSync(other, sealed(changed));
      let arrays: Arrays = {};
      try {
        arrays = readArrays(other);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      const taken = Object.values(arrays).reduce((total, array) => total + array.buffer.byteLength, 0);
      expect(taken).toBeLessThanOrEqual(changed.length);
    }),
    { numRuns: 500 },
  );
});

/** Like `toEqual`, which takes seconds for a million numbers. */
function expectArrays(arrays: Arrays, expected: Arrays): void {
  expect(Object.keys(arrays)).toEqual(Object.keys(expected));
  for (const [name, array] of Object.entries(expected))
    expect(Buffer.compare(bytesOf(arrays[name]!), bytesOf(array))).toBe(0);
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

test.each([
  ['small', 10],
  ['mapped', 1 << 17],
])('single arrays of a %s file can be read, and are accepted even if another array was altered', (_, length) => {
  const path = join(folder(), 'arrays');
  const numbers = (first: number) => Float64Array.from({ length }, (_, k) => first + k);
  const arrays = { a: numbers(1), b: numbers(2), c: numbers(3) };
  writeArrays(path, { ...arrays, again: arrays.b });
  expect(() => checkArrays(path)).not.toThrow();
  for (const name of ['a', 'b', 'c'] as const) {
    expectArrays(
      readArrays(path, (each) => each === name),
      { [name]: arrays[name] },
    );
    expectArrays(
      readArrays(path, (each) => each === name, false),
      { [name]: arrays[name] },
    );
  }
  expectArrays(
    readArrays(path, (name) => name === 'again'),
    { again: arrays.b },
  );
  const bytes = readFileSync(path);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expectArrays(
    readArrays(path, (name) => name !== 'c'),
    { a: arrays.a, b: arrays.b, again: arrays.b },
  );
  for (const read of [
    () => readArrays(path),
    () => readArrays(path, (name) => name === 'c'),
    () => checkArrays(path),
  ]) {
    expect(read).toThrow(new RangeError(`${path} was altered: its check sum does not match`));
  }
});

test('a file is readable by its owner only, and never overwrites another', () => {
  const path = join(folder(), 'arrays');
  writeArrays(path, ARRAYS);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(() => writeArrays(path, ARRAYS)).toThrow(/EEXIST/);
});

test('the error for a missing array or one of another type names it', () => {
  expect(arrayOf(ARRAYS, 'whole', Uint32Array)).toBe(ARRAYS.whole);
  expect(() => arrayOf(ARRAYS, 'whole', Float64Array)).toThrow(
    new RangeError('an array file lacks "whole" as Float64Array'),
  );
  expect(() => arrayOf(ARRAYS, 'none', Uint8Array)).toThrow(new RangeError('an array file lacks "none" as Uint8Array'));
});

test.each([
  ['of an array that does not exist', '"as":"a"', '"as":"x"'],
  ['of an array that comes later', '[{"name":"a"', '[{"name":"first","as":"a"},{"name":"a"'],
  ['that exists already', '"name":"again"', '"name":"a"'],
])('an alias %s is refused', (_, from, to) => {
  const array = Uint32Array.of(1, 2);
  expect(() => readArrays(altered(from, to, { a: array, again: array }))).toThrow(RangeError);
});
