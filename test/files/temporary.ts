import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';

/** A folder of the test's own, removed after it. Call at the top of a test file. */
export function temporaryFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
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
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
