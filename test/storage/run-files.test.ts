import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { writeArrays } from '../../src/storage/array-file.js';
import { matrixArrays } from '../../src/storage/matrix-file.js';
import {
  readAudience,
  readEvidence,
  readModel,
  writeAudience,
  writeEvidence,
  writeScales,
} from '../../src/storage/run-files.js';
import { anySettings, observationsOf, rowsOf, worlds } from '../model/worlds.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

test('evidence comes back from its file as it was', () => {
  const at = folder();
  let run = 0;
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const path = join(at, `evidence.${run++}`);
      writeEvidence(path, evidence);
      expect(readEvidence(path)).toEqual(evidence);
    }),
    { numRuns: 30 },
  );
});

test('an audience comes back from its file as it was', () => {
  const path = join(folder(), 'audience');
  const audience = { signals: rowsOf([[0, -1, 2]], 3), barred: rowsOf([[1, 0]], 2), offered: Uint8Array.of(1, 0) };
  writeAudience(path, audience);
  expect(readAudience(path)).toEqual(audience);
});

test('a model is read from its scales and the rows of each shard', () => {
  const at = folder();
  const counts = { items: 2, preferences: 1, groups: 0 };
  const scales = { items: 0.5, preferences: 2, groups: 3, prior: Float64Array.of(1, 0.25) };
  const pieces = [
    rowsOf([[0, 1]], 2),
    rowsOf(
      [
        [1, 0],
        [1, 1],
      ],
      2,
    ),
  ];
  writeScales(join(at, 'scales'), scales);
  pieces.forEach((piece, k) => {
    writeArrays(join(at, `rows.${k}`), matrixArrays('rows', piece));
  });
  const files = [0, 1].map((from) => ({ path: join(at, `rows.${from}`), from }));
  expect(readModel(counts, join(at, 'scales'), files)).toEqual({ counts, scales, pieces, from: [0, 1] });
});
