import { renameSync } from 'node:fs';
import { arrayOf, readArrays, writeArrays } from './array-file.js';
import { ownTag } from './owner.js';

/* A value as a checked file: JSON as the one array of an array file. */

/** Writes it under a temporary name, and renames that. */
export function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.${ownTag()}`;
  writeArrays(temporary, { json: Buffer.from(JSON.stringify(value)) });
  renameSync(temporary, path);
}

/** @throws RangeError where the file was cut or altered; what the system says where there is none. */
export function readJson(path: string): unknown {
  const json = arrayOf(readArrays(path), 'json', Uint8Array);
  return JSON.parse(Buffer.from(json).toString());
}
