import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { mutatedRuns } from './mutations.js';
import { lawfulLists } from './output-laws.js';
import { knownOf, readInProcess } from './reading.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

/** Every run tests the same files, unless the environment says otherwise: `ANY_BYTES_RUNS=5000 ANY_BYTES_SEED=$RANDOM`. */
const numRuns = (usual: number) => Number(process.env.ANY_BYTES_RUNS ?? usual);
const seed = Number(process.env.ANY_BYTES_SEED ?? 20_260);

/** The exit codes that the contents of a file can cause. */
const ENDINGS = [0, 2, 65];

test('for any bytes in the files, reading ends with a documented exit code, and the dataset is consistent', async () => {
  const folder = newFolder();
  const codes = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(mutatedRuns, async ({ files, args }) => {
      for (const [name, bytes] of Object.entries(files)) put(folder, name, bytes);
      const { code, message, data } = await readInProcess(args, folder);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect(ENDINGS, message).toContain(code);
      expect(message).not.toBe('');
      expect(message.length).toBeLessThan(10_000);
      if (!data) return;
      const { userIds, itemIds, served, interactions, times, attributes } = data.dataset;
      expect(served).toBeGreaterThan(0);
      expect(new Set(userIds).size).toBe(userIds.length);
      expect(new Set(itemIds).size).toBe(itemIds.length);
      expect([interactions.rows, interactions.columns, attributes.rows]).toEqual([
        userIds.length,
        itemIds.length,
        itemIds.length,
      ]);
      expect(interactions.start.at(-1)).toBe(interactions.index.length);
      expect(interactions.value.every(Number.isFinite)).toBe(true);
      if (times) expect(times.length).toBe(interactions.index.length);
    }),
    { numRuns: numRuns(400), seed },
  );
  // The generated files are useful as tests: neither nearly all refused nor nearly all accepted.
  for (const code of [0, 65]) expect(codes.get(code)).toBeGreaterThan(numRuns(400) / 10);
});

test('for any bytes in the files, the program writes complete lists that obey the laws, or no output and an error without a stack', async () => {
  const folder = newFolder();
  await fc.assert(
    fc.asyncProperty(mutatedRuns, async ({ files, args }) => {
      for (const [name, bytes] of Object.entries(files)) put(folder, name, bytes);
      const [{ code, stdout, stderr }, { code: atReading, data }] = await Promise.all([
        runInProcess([...args, '-j', '1'], { folder }),
        readInProcess(args, folder),
      ]);
      expect(stderr).not.toMatch(/unexpected|\n\s+at /);
      expect(ENDINGS, stderr).toContain(code);
      if (code !== 0) {
        expect(stdout).toBe('');
        expect(stderr).toMatch(/(^|\n)recommend: ./);
      } else if (args[0] === 'evaluate') {
        expect(parse(stdout).length).toBeGreaterThan(1);
      } else {
        lawfulLists(stdout, 10, data && knownOf(data.dataset));
      }
      // Only evaluate can still fail after reading, if there is nothing to judge.
      if (args[0] !== 'evaluate') expect(code).toBe(atReading);
    }),
    { numRuns: numRuns(24), seed },
  );
});
