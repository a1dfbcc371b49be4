import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Failure } from '../../../src/failure.js';
import { readJson, writeJson } from '../../../src/files/array-file.js';
import { RunDirectory } from '../../../src/files/run-directory.js';
import {
  checkpointIn,
  hasFinishedWork,
  isFinishedWork,
  keyOf,
  manifestIn,
  shardOutput,
} from '../../../src/pipeline/finished/checkpoint.js';
import type { Manifest } from '../../../src/pipeline/finished/manifest.js';
import { shardPath, writeShard } from '../../../src/workers/shard-file.js';
import { temporaryFolders } from '../../files/temporary.js';

const newFolder = temporaryFolders();

const MANIFEST: Manifest = {
  version: '1.2.3',
  options: { '--top': '10' },
  data: { hash: 'abc', inputs: [{ path: 'events.csv', bytes: 3, written: 1.5 }] },
};
const ignore = () => {};

function startCheckpoint() {
  const directory = RunDirectory.beside(join(newFolder(), 'recs.csv'));
  const checkpoint = checkpointIn(directory, undefined);
  return { directory, checkpoint, key: checkpoint.begin(MANIFEST, ignore) };
}

test('a key depends on each of its inputs, and on nothing else', () => {
  const key = keyOf('run', { lambda: 0.1 }, [1]);
  expect(key).toMatch(/^[0-9a-f]{16}$/);
  expect(keyOf('run', { lambda: 0.1 }, [1])).toBe(key);
  const others = [
    keyOf('run', { lambda: 0.2 }, [1]),
    keyOf('run', { lambda: 0.1 }, []),
    keyOf('ran', { lambda: 0.1 }, [1]),
  ];
  expect(new Set([key, ...others]).size).toBe(4);
});

test('the manifest is read back unchanged, and an altered one is refused', () => {
  const { directory } = startCheckpoint();
  expect(manifestIn(directory.path)).toEqual(MANIFEST);
  expect(manifestIn(newFolder())).toBeUndefined();
  const path = join(directory.path, 'manifest');
  const bytes = readFileSync(path);
  const at = bytes.length - 20;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(() => manifestIn(directory.path)).toThrow(Failure);
  expect(() => manifestIn(directory.path)).toThrow('cannot be used');
});

test('only finished shards with a key count as finished work, not files of a single run or unfinished ones', () => {
  const { directory, checkpoint, key } = startCheckpoint();
  expect([checkpoint.finished(), hasFinishedWork(directory.path)]).toEqual(['', false]);
  const count = shardOutput({ directory }, 'count', key);
  for (const from of [0, 4]) writeShard(count, { from, to: from + 4 }, {});
  const temporary = shardOutput({ directory }, 'count', undefined);
  writeShard(temporary, { from: 0, to: 4 }, {});
  writeFileSync(`${shardPath(count, { from: 8, to: 12 })}.12-34-0123abcd`, '');
  expect(checkpoint.finished()).toBe('2 pieces of counting');
  expect(hasFinishedWork(directory.path)).toBe(true);
  expect(readdirSync(directory.path).filter(isFinishedWork).sort()).toEqual(
    [`count-${key}-0-4`, `count-${key}-4-8`, 'manifest'].sort(),
  );
});

test('learned shards are deleted when learning starts again from other counts', () => {
  const { directory, key } = startCheckpoint();
  const counts = shardOutput({ directory }, 'count', key);
  writeShard(counts, { from: 0, to: 4 }, {});
  const before = shardOutput({ directory }, 'learn', keyOf(key, [2]));
  writeShard(before, { from: 0, to: 4 }, {});
  expect(shardOutput({ directory }, 'learn', keyOf(key, [2]))).toBe(before);
  expect(existsSync(shardPath(before, { from: 0, to: 4 }))).toBe(true);
  shardOutput({ directory }, 'learn', keyOf(key, []));
  expect(existsSync(shardPath(before, { from: 0, to: 4 }))).toBe(false);
  expect(existsSync(shardPath(counts, { from: 0, to: 4 }))).toBe(true);
});

test('settings are tuned once, and again with a warning if their file was altered', async () => {
  const { directory, checkpoint, key } = startCheckpoint();
  const warnings: string[] = [];
  let found = 0;
  const settings = () =>
    checkpoint.settings(
      (message) => warnings.push(message),
      async () => ({ found: ++found, lambda: 0.1 + 0.2 }),
    );
  expect(await settings()).toEqual({ found: 1, lambda: 0.1 + 0.2 });
  expect(await settings()).toEqual({ found: 1, lambda: 0.1 + 0.2 });
  expect(checkpoint.finished()).toBe('the settings of auto');
  writeFileSync(join(directory.path, `settings-${key}`), 'altered');
  expect(await settings()).toEqual({ found: 2, lambda: 0.1 + 0.2 });
  expect(warnings).toEqual([expect.stringMatching(/^auto tunes again: .*settings-[0-9a-f]{16} is not an array file$/)]);
});

test('the folder of an interrupted run is kept until its data are known to be the same', () => {
  const { directory } = startCheckpoint();
  const left = manifestIn(directory.path);
  const other = { ...MANIFEST, data: { ...MANIFEST.data, hash: 'def' } };
  const refused = checkpointIn(directory, left);
  expect(directory.isKept).toBe(true);
  expect(() => refused.begin(other, ignore)).toThrow('from other data; changed since: events.csv');
  expect(directory.isKept).toBe(true);
  expect(checkpointIn(directory, left).begin(MANIFEST, ignore)).toMatch(/^[0-9a-f]{16}$/);
  expect(directory.isKept).toBe(false);
});

test('a value is read back from its JSON file unchanged, and a missing file is an error', () => {
  const path = join(newFolder(), 'value');
  const value = { text: 'ü\n"', list: [1, null, { deep: 0.1 + 0.2 }] };
  writeJson(path, value);
  expect(readJson(path)).toEqual(value);
  expect(() => readJson(`${path}.none`)).toThrow('ENOENT');
});
