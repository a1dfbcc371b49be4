import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRange } from '../../src/events/range-part.js';
import { writeArrays } from '../../src/files/array-file.js';
import { readEvidence, writeEvidence } from '../../src/workers/evidence-file.js';
import { namedArrays, readMatrix } from '../../src/workers/matrix-file.js';
import { rangeArrays, readRangePart } from '../../src/workers/range-file.js';
import {
  listArrays,
  readAudience,
  readLearnedFacts,
  readLists,
  readStatistics,
  writeAudience,
  writeStatistics,
} from '../../src/workers/run-files.js';
import { learnt } from '../model/learned.js';
import { largeWorld, rowsOf, settingsWith } from '../model/worlds.js';
import { sealed } from './sealed.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();
const { evidence } = learnt(largeWorld(5, 8, 6), settingsWith({ method: 'ridge' }));
const ROWS = rowsOf(
  [
    [1, 0, 2],
    [0, 0.5, 0],
  ],
  3,
);

/** Writes a range of an events file, as a child does. */
async function writeRange(path: string): Promise<void> {
  const events = `${path}.csv`;
  writeFileSync(events, 'user,item,rating\nann,oak,5\nbob,elm,4\n,elm,3\nann,elm,1\n');
  const layout = {
    delimiter: ',',
    width: 3,
    roles: { user: 0, item: 1, rating: 2 },
    ratingName: 'rating',
    timeName: '',
    dayOrder: undefined,
  };
  const task = { path: events, begin: 17, layout, eventWeights: [], chunkBytes: 64 };
  writeArrays(path, rangeArrays(await readRange(task, 17, 100)));
}

const FILES: [string, (path: string) => void | Promise<void>, (path: string) => unknown][] = [
  ['evidence', (path) => writeEvidence(path, evidence), readEvidence],
  [
    'an audience',
    (path) => writeAudience(path, { signals: ROWS, excluded: ROWS, offered: Uint8Array.of(1, 0, 1) }),
    readAudience,
  ],
  [
    'the statistics',
    (path) => {
      const [numbers, trust] = [Float64Array.of(1, 2), 0.5];
      writeStatistics(path, { popularity: numbers, trend: numbers, degree: numbers, precision: numbers, trust });
    },
    readStatistics,
  ],
  [
    'counted rows',
    (path) => writeArrays(path, namedArrays({ pairs: ROWS, candidates: ROWS })),
    (path) => [readMatrix(path, 'pairs'), readMatrix(path, 'candidates')],
  ],
  [
    'learned rows',
    (path) => writeArrays(path, namedArrays({ rows: ROWS, precision: Float64Array.of(1, 2) })),
    (path) => [readMatrix(path, 'rows'), readLearnedFacts(path).precision],
  ],
  [
    'lists',
    (path) => writeArrays(path, listArrays({ users: 2, rows: 1, short: 1, empty: 0 }, { lines: Uint8Array.of(97) })),
    readLists,
  ],
  [
    'lists as columns',
    (path) => {
      const lists = { items: Uint32Array.of(3, 1, 2), scores: Float64Array.of(3, 2, 1), lengths: Uint32Array.of(2, 1) };
      writeArrays(path, listArrays({ users: 2, rows: 3, short: 1, empty: 0 }, lists));
    },
    readLists,
  ],
  ['a range of events', writeRange, readRangePart],
];

/** Every number in a value, however deeply nested. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Float64Array || value instanceof Uint32Array || value instanceof Float32Array) return [...value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

test.each(FILES)(
  '%s: the intact file can be read; overwritten and resealed, it is refused or gives only valid numbers',
  async (_, write, read) => {
    const at = folder();
    const path = join(at, 'whole');
    await write(path);
    read(path);
    const bytes = readFileSync(path);
    const other = join(at, 'other');
    // Words that make bad integers, and bad halves of doubles: huge, infinite, NaN, negative.
    const bad = fc.constantFrom(0xffffffff, 0x7ff00000, 0x7ff80000, 0x80000000, 0x3ff00001, 7, 1, 0);
    const anyPatch = fc.record({ place: fc.nat((bytes.length >> 2) - 1), word: bad });
    fc.assert(
      fc.property(fc.array(anyPatch, { minLength: 1, maxLength: 2 }), (patches) => {
        const changed = Buffer.from(bytes);
        // Altered headers are tested in array-file.test.ts.
        const begin = 16 + changed.readUInt32LE(12);
        for (const { place, word } of patches) if (4 * place >= begin) changed.writeUInt32LE(word, 4 * place);
        writeFileSync(other, sealed(changed));
        try {
          const numbers = numbersIn(read(other));
          // In a range of events, NaN is a valid value: it marks a missing number.
          if (read !== readRangePart) expect(numbers.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 400 },
    );
  },
);

test('a file whose parts do not match each other is refused', () => {
  const path = join(folder(), 'file');
  writeEvidence(path, { ...evidence, items: evidence.items + 1 });
  expect(() => readEvidence(path)).toThrow(new RangeError(`the parts of the evidence in ${path} do not fit together`));
  writeAudience(`${path}2`, {
    signals: ROWS,
    excluded: rowsOf(
      [
        [1, 0],
        [0, 1],
      ],
      2,
    ),
    offered: Uint8Array.of(1, 0, 1),
  });
  expect(() => readAudience(`${path}2`)).toThrow(
    new RangeError(`the parts of the audience in ${path}2 do not fit together`),
  );
  writeArrays(`${path}3`, namedArrays({ rows: ROWS, precision: Float64Array.of(1) }));
  expect(() => readLearnedFacts(`${path}3`)).toThrow(new RangeError('"precision" has 1 numbers instead of 2'));
});
