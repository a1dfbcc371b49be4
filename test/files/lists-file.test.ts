import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LISTS, ListsFile } from '../../src/files/lists-file.js';
import { RunDirectory } from '../../src/files/run-directory.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

test('a file that is let go while lists are set aside is not cut, nor is another that has its number by then', async () => {
  const at = folder();
  const directory = new RunDirectory(folder());
  const lists = join(directory.path, LISTS);
  writeFileSync(lists, 'abcdef');
  const file = new ListsFile({ path: join(at, 'out.csv'), mode: undefined }, directory);
  const going = file.goOn(2, 6);
  file.abandon();
  await Promise.resolve().then(() => {});
  const others = Array.from({ length: 8 }, (_, k) => {
    writeFileSync(join(at, `${k}`), 'abcdef');
    return openSync(join(at, `${k}`), 'r+');
  });
  await expect(going).rejects.toThrow('the run has ended');
  for (const other of others) closeSync(other);
  for (const path of [lists, ...others.map((_, k) => join(at, `${k}`))])
    expect(readFileSync(path, 'utf8')).toBe('abcdef');
});
