import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/files/remove-tree.js';

/*
 * Folders of tests. `test/setup.ts`, which runs with every test file, has them removed: hooks of a module that several files import would
 * be those of the first of them, since files share a process and its modules.
 */
const ofTest: string[] = [];
const ofFile: string[] = [];

/** A folder of the test's own, removed after it. */
export function temporaryFolders(): () => string {
  return () => folderIn(ofTest);
}

/** A folder that all tests of a file share, removed after them. */
export function sharedFolder(): string {
  return folderIn(ofFile);
}

export function removeFoldersOfTest(): void {
  for (const path of ofTest.splice(0)) removeTree(path);
}

export function removeFoldersOfFile(): void {
  for (const path of ofFile.splice(0)) removeTree(path);
}

function folderIn(list: string[]): string {
  const path = mkdtempSync(join(tmpdir(), 'recommend-test-'));
  list.push(path);
  return path;
}
