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

/** FNV-1a, as anybody knows it. @param state of what came before. */
function fnv(ascii: string, state = 0x811c9dc5 | 0): number {
  let hash = state;
  for (let at = 0; at < ascii.length; at++) hash = Math.imul(hash ^ ascii.charCodeAt(at), 0x01000193);
  return hash;
}

/** Ids that all have one FNV-1a hash: two blocks that lead from one state to another, one of them at each of so many places (Joux 2004). */
function collidingIds(places: number): string[] {
  const blockOf = (n: number) => n.toString(36).padStart(4, '0');
  let ids = [''];
  let state = fnv('');
  for (let place = 0; place < places; place++) {
    const seen = new Map<number, number>();
    for (let n = 0; ; n++) {
      const block = blockOf(n);
      const next = fnv(block, state);
      const other = seen.get(next);
      seen.set(next, n);
      if (other === undefined) continue;
      ids = ids.flatMap((id) => [id + blockOf(other), id + block]);
      state = next;
      break;
    }
  }
  return ids;
}

it('gives 100,000 ids with one FNV-1a hash as many hashes, and each its index', () => {
  const ids = collidingIds(17).slice(0, 100_000);
  expect(new Set(ids).size).toBe(100_000);
  expect(new Set(ids.map((id) => fnv(id))).size).toBe(1);
  const hashes = new Set(ids.map((id) => hashOf(Buffer.from(id), 0, id.length)));
  expect(hashes.size).toBeGreaterThan(99_000);
  const index = new IdIndex();
  expect(ids.every((id, at) => index.add(id) === at && index.add(id) === at)).toBe(true);
});
