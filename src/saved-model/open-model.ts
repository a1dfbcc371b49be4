import { closeSync, copyFileSync, existsSync, fstatSync, linkSync, openSync, statSync } from 'node:fs';
import { messageOf, noInput, systemCode } from '../failure.js';
import { type Arrays, arrayOf } from '../files/array-file.js';
import type { SparseRows } from '../matrix/sparse.js';
import { DEFAULT_SETTINGS } from '../model/settings.js';
import { FORMAT, type ModelFacts, WHAT } from './facts.js';

/*
 * Opens a model file and checks its parts: each must have the size that the facts say.
 */

/** Opens a model file. @throws Failure 66 if it does not exist or cannot be opened. */
export function openModelFile(path: string): number {
  try {
    const file = openSync(path, 'r');
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (error) {
    const wayOut = systemCode(error) === 'ENOENT' ? 'recommend fit --model makes one' : messageOf(error);
    throw noInput(`--model ${path} cannot be opened: ${wayOut}`, error);
  }
  throw noInput(`--model ${path} is not a regular file, and a model cannot be read from a pipe`);
}

/**
 * A path that always leads to the open file, even if another one replaces it. @param privatePath where the file may be linked or copied if
 * the system has no other way.
 */
export function stablePath(path: string, file: number, privatePath: () => string): string {
  const viaProc = `/proc/${process.pid}/fd/${file}`;
  const own = fstatSync(file);
  if (existsSync(viaProc) && statSync(viaProc).ino === own.ino && statSync(viaProc).dev === own.dev) return viaProc;
  const other = privatePath();
  try {
    linkSync(path, other);
  } catch {
    // It is on another disk.
    copyFileSync(path, other);
  }
  return other;
}

/** Reads a model's facts. @throws RangeError if the file is not a model, or this version cannot read it. */
export function factsFrom(arrays: Arrays): ModelFacts {
  const facts = JSON.parse(Buffer.from(arrayOf(arrays, 'facts', Uint8Array)).toString());
  if (facts?.what !== WHAT) throw new RangeError('it is another file of recommend, not a model');
  const isSame = `${Object.keys(facts.method?.settings ?? {}).sort()}` === `${Object.keys(DEFAULT_SETTINGS).sort()}`;
  if (facts.format === FORMAT && isSame) return facts;
  throw new RangeError(`it was written by version ${facts.version} of recommend, whose models this one does not read`);
}

/** Returns the array if it has that length. @throws RangeError otherwise */
export function withLength<T extends { length: number }>(array: T, length: number): T {
  if (array.length === length) return array;
  throw new RangeError(`it has ${array.length} numbers instead of ${length}`);
}

/** Returns the matrix if it has that shape. @throws RangeError otherwise */
export function withShape(matrix: SparseRows, rows: number, columns: number): SparseRows {
  if (matrix.rows === rows && matrix.columns === columns) return matrix;
  throw new RangeError(`it has a matrix of ${matrix.rows} × ${matrix.columns} instead of ${rows} × ${columns}`);
}
