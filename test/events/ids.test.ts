import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkId, hashOf, IdIndex } from '../../src/events/ids.js';

const texts = fc.array(
  fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(3000).map(String)),
  {
    maxLength: 2000,
  },
);

describe('IdIndex', () => {
  it('numbers ids as they are first met, as a map does', () => {
    fc.assert(
      fc.property(texts, (ids) => {
        const index = new IdIndex();
        const map = new Map<string, number>();
        for (const id of ids) {
          if (!map.has(id)) map.set(id, map.size);
          expect(index.add(id)).toBe(map.get(id));
        }
        expect(index.ids).toEqual([...map.keys()]);
        expect(ids.every((id) => index.get(id) === map.get(id))).toBe(true);
        expect(index.has('never added, and long')).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('knows the same ids by their bytes', () => {
    const index = new IdIndex();
    index.add('a');
    const bytes = Buffer.from('xZoëx');
    const hash = hashOf(bytes, 1, 5);
    expect(index.find(bytes, 1, 5, hash)).toBe(-1);
    expect(index.addBytes(bytes, 1, 5, hash)).toBe(1);
    expect(index.get('Zoë')).toBe(1);
    expect(index.find(bytes, 1, 5, hash)).toBe(1);
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xef, 0xbf, 0xbd]]])('refuses %j, which is no id', (bytes) => {
    const index = new IdIndex();
    expect(index.addBytes(Uint8Array.from(bytes), 0, bytes.length, 1)).toBe(-1);
    expect(() => index.add(Buffer.from(bytes).toString())).toThrow('not UTF-8');
    expect(index.size).toBe(0);
  });

  it('leaves a list of ids as it was when more are added', () => {
    const index = new IdIndex();
    index.add('a');
    const before = index.ids;
    index.add('b');
    expect(before).toEqual(['a']);
    expect(index.ids).toEqual(['a', 'b']);
  });
});

it('checks an id of any length as it would be added', () => {
  for (const length of [1, 100, 1000, 100_000]) {
    expect(() => checkId('é'.repeat(length))).not.toThrow();
    expect(() => checkId(`${'é'.repeat(length)}\uFFFD`)).toThrow('is not UTF-8');
  }
});
