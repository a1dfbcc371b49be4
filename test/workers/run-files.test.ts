import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEvidence } from '../../src/workers/evidence-file.js';
import { readAudience, readStatistics, writeAudience, writeStatistics } from '../../src/workers/run-files.js';
import { temporaryFolders } from '../files/temporary.js';
import { rowsOf } from '../model/worlds.js';

const folder = temporaryFolders();

test('an audience is read back unchanged', () => {
  const path = join(folder(), 'audience');
  const audience = { signals: rowsOf([[0, -1, 2]], 3), excluded: rowsOf([[1, 0]], 2), offered: Uint8Array.of(1, 0) };
  writeAudience(path, audience);
  expect(readAudience(path)).toEqual(audience);
});

test('a file with some rows of an audience keeps their row numbers', () => {
  const path = join(folder(), 'audience');
  const signals = rowsOf(
    [
      [0, 1],
      [2, 0],
      [3, 4],
      [0, 5],
    ],
    2,
  );
  const excluded = rowsOf([[], [0, 1], [1, 0], []], 2);
  const offered = Uint8Array.of(1, 0);
  writeAudience(path, { signals, had: signals, excluded, offered }, { from: 1, to: 3 });
  const behind = { signals: rowsOf([[], [2, 0], [3, 4]], 2), excluded: rowsOf([[], [0, 1], [1, 0]], 2), offered };
  expect(readAudience(path)).toEqual({ ...behind, had: behind.signals, candidates: undefined });
});

test('statistics are read back unchanged', () => {
  const path = join(folder(), 'statistics');
  const statistics = {
    popularity: Float64Array.of(2, 0),
    trend: Float64Array.of(1.25, 0),
    degree: Float64Array.of(2.5, 0.5),
    precision: Float64Array.of(0.1, 1),
    trust: 0.25,
  };
  writeStatistics(path, statistics);
  expect(readStatistics(path)).toEqual(statistics);
});

test('a file of another kind is refused, and the error names the missing array', () => {
  const path = join(folder(), 'statistics');
  const empty = new Float64Array(0);
  writeStatistics(path, { popularity: empty, trend: empty, degree: empty, precision: empty, trust: 0 });
  expect(() => readEvidence(path)).toThrow(new RangeError('an array file lacks "users" as Float64Array'));
  expect(() => readAudience(path)).toThrow(new RangeError('an array file lacks "signals.shape" as Float64Array'));
});
