import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { removeTree } from '../../src/files/remove-tree.js';

/** A folder of the test's own, removed after it. Call at the top of a test file. */
export function temporaryFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) removeTree(path);
  });
  return () => {
    const path = mkdtempSync(join(tmpdir(), 'recommend-test-'));
    made.push(path);
    return path;
  };
}

/** A folder that all tests of a file share. Call at the top of it. */
export function sharedFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'recommend-test-'));
  afterAll(() => removeTree(path));
  return path;
}
