import { renameSync } from 'node:fs';
import { arrayOf, readArrays, writeArrays } from './array-file.js';
import { ownTag } from './owner.js';

/* Values as JSON in array files, for their check sums. */

/** Writes the value under a temporary name and then renames the file. */
export function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.${ownTag()}`;
  writeArrays(temporary, { json: Buffer.from(JSON.stringify(value)) });
  renameSync(temporary, path);
}

/** @throws RangeError if the file was cut or altered; the system's error if there is no file. */
export function readJson(path: string): unknown {
  const json = arrayOf(readArrays(path), 'json', Uint8Array);
  return JSON.parse(Buffer.from(json).toString());
}
