import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/files/remove-tree.js';

/*
 * Temporary folders of tests. `test/setup.ts`, which runs with every test file, removes them. Hooks in this module would not work: test files
 * share a process and its modules, so the hooks would belong to the first file that imports it.
 */
const ofTest: string[] = [];
const ofFile: string[] = [];

/** Returns a function that makes a new folder, which is removed after the test. */
export function temporaryFolders(): () => string {
  return () => folderIn(ofTest);
}

/** Makes a folder that all tests of a file share; it is removed after the last of them. */
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
