import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkId, hashOf, IdIndex } from '../../src/events/ids.js';

/** Texts that are valid ids: a replacement character is refused. */
const texts = fc.array(
  fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\uFFFD')),
    fc.nat(3000).map(String),
  ),
  {
    maxLength: 2000,
  },
);

describe('IdIndex', () => {
  it('numbers ids in the order of their first occurrence, as a Map does', () => {
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

  it('finds an id by its bytes and by its text', () => {
    const index = new IdIndex();
    index.add('a');
    const bytes = Buffer.from('xZoëx');
    const hash = hashOf(bytes, 1, 5);
    expect(index.find(bytes, 1, 5, hash)).toBe(-1);
    expect(index.addBytes(bytes, 1, 5, hash)).toBe(1);
    expect(index.get('Zoë')).toBe(1);
    expect(index.find(bytes, 1, 5, hash)).toBe(1);
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xef, 0xbf, 0xbd]]])(
    'refuses the bytes %j: invalid UTF-8 or a replacement character',
    (bytes) => {
      const index = new IdIndex();
      expect(index.addBytes(Uint8Array.from(bytes), 0, bytes.length, 1)).toBe(-1);
      expect(() => index.add(Buffer.from(bytes).toString())).toThrow('not UTF-8');
      expect(index.size).toBe(0);
    },
  );

  it('leaves an earlier list of ids unchanged when more are added', () => {
    const index = new IdIndex();
    index.add('a');
    const before = index.ids;
    index.add('b');
    expect(before).toEqual(['a']);
    expect(index.ids).toEqual(['a', 'b']);
  });
});

it('checkId refuses a replacement character in ids of any length', () => {
  for (const length of [1, 100, 1000, 100_000]) {
    expect(() => checkId(Buffer.from('é'.repeat(length)))).not.toThrow();
    expect(() => checkId(Buffer.from(`${'é'.repeat(length)}\uFFFD`))).toThrow('is not UTF-8');
  }
});

/** The standard FNV-1a hash. @param state the hash of the preceding text. */
function fnv(ascii: string, state = 0x811c9dc5 | 0): number {
  let hash = state;
  for (let at = 0; at < ascii.length; at++) hash = Math.imul(hash ^ ascii.charCodeAt(at), 0x01000193);
  return hash;
}

/** 2^places ids with one FNV-1a hash: at each place one of two blocks that lead from the same state to the same next state (Joux 2004). */
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

it('100,000 ids that share one FNV-1a hash get more than 99,000 hashes, and each its own index', () => {
  const ids = collidingIds(17).slice(0, 100_000);
  expect(new Set(ids).size).toBe(100_000);
  expect(new Set(ids.map((id) => fnv(id))).size).toBe(1);
  const hashes = new Set(ids.map((id) => hashOf(Buffer.from(id), 0, id.length)));
  expect(hashes.size).toBeGreaterThan(99_000);
  const index = new IdIndex();
  expect(ids.every((id, at) => index.add(id) === at && index.add(id) === at)).toBe(true);
});
