import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/files/remove-tree.js';
import { temporaryFolders } from './temporary.js';

const newFolder = temporaryFolders();

test('a folder is removed with everything in it, and removing a missing one is no error', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, 'a', 'b', 'file'), 'x');
  removeTree(join(folder, 'a'));
  removeTree(join(folder, 'a'));
  removeTree(join(folder, 'none', 'below'));
  expect(existsSync(join(folder, 'a'))).toBe(false);
});

test('a folder is removed even while another thread deletes files in it', async () => {
  const work = join(newFolder(), 'work');
  const remove = "for (let k = 199; k >= 0; k--) try { require('fs').unlinkSync(w.workerData + '/' + k) } catch {}";
  for (let round = 0; round < 10; round++) {
    mkdirSync(work);
    for (let k = 0; k < 200; k++) writeFileSync(join(work, String(k)), 'x');
    const other = new Worker(`const w = require('worker_threads'); w.parentPort.postMessage(0); ${remove}`, {
      eval: true,
      workerData: work,
    });
    await new Promise((resolve) => other.once('message', resolve));
    removeTree(work);
    expect(existsSync(work)).toBe(false);
    await other.terminate();
  }
});
