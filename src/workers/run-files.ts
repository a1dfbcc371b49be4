import { type Arrays, arrayOf, isCount, readArrays, writeArrays } from '../files/array-file.js';
import { areBelow, rowLengths, type SparseRows } from '../matrix/sparse.js';
import type { Evidence } from '../model/evidence.js';
import type { LearnedRows } from '../model/fit.js';
import type { ItemStatistics } from '../model/row-normalisation.js';
import type { Sequences } from '../model/sequences.js';
import type { Audience } from '../ranking/audience.js';
import { hasMatrix, matrixArrays, matrixFrom } from './matrix-file.js';

/* What parent and children hand each other in files, each with its writer and its reader side by side. */

export function writeEvidence(path: string, evidence: Evidence): void {
  writeArrays(path, {
    counts: Float64Array.of(evidence.users, evidence.items, evidence.trust),
    ...matrixArrays('baskets', evidence.baskets),
    ...(evidence.likes && matrixArrays('likes', evidence.likes)),
    ...matrixArrays('basketsByItem', evidence.basketsByItem),
    ...(evidence.sequences && { sequenceStart: evidence.sequences.start, sequence: evidence.sequences.items }),
    ...matrixArrays('itemsByAttribute', evidence.itemsByAttribute),
    ...matrixArrays('usersByGroup', evidence.usersByGroup),
    basketWeight: evidence.basketWeight,
    popularity: evidence.popularity,
    trend: evidence.trend,
    degree: evidence.degree,
    diagonal: evidence.diagonal,
    offered: evidence.offered,
  });
}

/** @throws RangeError where the file is not one that `writeEvidence` wrote, or its parts do not fit together. */
export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path);
  const [users = -1, items = -1, trust = -1] = arrayOf(arrays, 'counts', Float64Array);
  const baskets = matrixFrom(arrays, 'baskets');
  const likes = hasMatrix(arrays, 'likes') ? matrixFrom(arrays, 'likes') : undefined;
  const basketsByItem = matrixFrom(arrays, 'basketsByItem');
  const itemsByAttribute = matrixFrom(arrays, 'itemsByAttribute');
  const usersByGroup = matrixFrom(arrays, 'usersByGroup');
  const sequences =
    'sequence' in arrays
      ? { start: arrayOf(arrays, 'sequenceStart', Uint32Array), items: arrayOf(arrays, 'sequence', Uint32Array) }
      : undefined;
  const offered = arrayOf(arrays, 'offered', Uint8Array);
  const isSound =
    Number.isInteger(users) &&
    users >= 0 &&
    users <= baskets.rows &&
    trust >= 0 &&
    trust <= 1 &&
    [basketsByItem.rows, baskets.columns, itemsByAttribute.columns, offered.length].every((size) => size === items) &&
    basketsByItem.columns === baskets.rows &&
    usersByGroup.columns === users &&
    (sequences === undefined || areSequences(sequences, users, items)) &&
    (likes === undefined || (likes.rows === users && likes.columns === items));
  if (!isSound) throw new RangeError(`the evidence in ${path} does not go together`);
  const numbers = (name: string, count: number) => finite(name, arrayOf(arrays, name, Float64Array), count);
  return {
    users,
    items,
    trust,
    baskets,
    likes,
    sequences,
    basketsByItem,
    itemsByAttribute,
    usersByGroup,
    basketWeight: numbers('basketWeight', baskets.rows),
    popularity: numbers('popularity', items),
    trend: numbers('trend', items),
    degree: numbers('degree', items),
    diagonal: numbers('diagonal', items),
    offered,
  };
}

function areSequences({ start, items }: Sequences, users: number, columns: number): boolean {
  return (
    start.length === users + 1 &&
    start[users] === items.length &&
    start.every((at, user) => at <= (start[user + 1] ?? at)) &&
    areBelow(items, columns)
  );
}

export function writeAudience(path: string, audience: Audience): void {
  writeArrays(path, {
    ...matrixArrays('signals', audience.signals),
    ...matrixArrays('excluded', audience.excluded),
    offered: audience.offered,
  });
}

/** @throws RangeError where the file is not one that `writeAudience` wrote, or its parts do not fit together. */
export function readAudience(path: string): Audience {
  const arrays = readArrays(path);
  const signals = matrixFrom(arrays, 'signals');
  const excluded = matrixFrom(arrays, 'excluded');
  const offered = arrayOf(arrays, 'offered', Uint8Array);
  const isSound =
    excluded.rows === signals.rows && excluded.columns === offered.length && signals.columns >= offered.length;
  if (!isSound) throw new RangeError(`the audience in ${path} does not go together`);
  return { signals, excluded, offered };
}

export function writeStatistics(path: string, { popularity, trend, degree, precision, trust }: ItemStatistics): void {
  writeArrays(path, { popularity, trend, degree, precision, trust: Float64Array.of(trust) });
}

/** @throws RangeError where the file is not one that `writeStatistics` wrote, or its parts do not fit together. */
export function readStatistics(path: string): ItemStatistics {
  const arrays = readArrays(path);
  const [trust = -1] = arrayOf(arrays, 'trust', Float64Array);
  if (!(trust >= 0 && trust <= 1)) throw new RangeError(`the trust in ${path} is not from 0 to 1`);
  const popularity = arrayOf(arrays, 'popularity', Float64Array);
  const numbers = (name: string) => finite(name, arrayOf(arrays, name, Float64Array), popularity.length);
  return {
    trust,
    popularity: numbers('popularity'),
    trend: numbers('trend'),
    degree: numbers('degree'),
    precision: numbers('precision'),
  };
}

/* The answers to shards: they are written by `writeShard`, as these arrays. */

/** Counted rows of the Gram matrix, the pairs first: learners need all pairs, and of the candidates only those of their own rows. */
export function countedArrays({ pairs, candidates }: { pairs: SparseRows; candidates: SparseRows }): Arrays {
  return { ...matrixArrays('pairs', pairs), ...matrixArrays('candidates', candidates) };
}

/** Reads the pairs or the candidates alone. @throws RangeError where the file is none of these. */
export function readCounted(path: string, name: 'pairs' | 'candidates'): SparseRows {
  return readMatrix(path, name);
}

export function learnedArrays({ rows, precision }: LearnedRows): Arrays {
  return { ...matrixArrays('rows', rows), precision };
}

/** Reads the rows of a model alone, as scoring needs them. @throws RangeError where the file is none of these. */
export function readLearnedRows(path: string): SparseRows {
  return readMatrix(path, 'rows');
}

/** What has to be known of all rows of a model together: P_i and the number of cells, by row. @throws RangeError likewise. */
export function readLearnedFacts(path: string): { precision: Float64Array; length: Float64Array } {
  const arrays = readArrays(path, (name) => name === 'precision' || name === 'rows.start');
  const start = arrayOf(arrays, 'rows.start', Uint32Array);
  const rows = start.length - 1;
  const precision = finite('precision', arrayOf(arrays, 'precision', Float64Array), rows);
  return { precision, length: rowLengths({ rows, start }) };
}

/** Lists as lines of CSV, in the order of the users. */
export interface ListLines {
  csv: Uint8Array;
  users: number;
  rows: number;
  /** Users whose list has fewer items than were asked for, and those among them who get none. */
  short: number;
  empty: number;
}

export function listArrays({ csv, users, rows, short, empty }: ListLines): Arrays {
  return { csv, counts: Float64Array.of(users, rows, short, empty) };
}

/** @throws RangeError where the file is none of these. */
export function readLists(path: string): ListLines {
  // Not mapped: what is written out is garbage at once, and the collector knows nothing of mappings.
  const arrays = readArrays(path, undefined, false);
  const counts = arrayOf(arrays, 'counts', Float64Array);
  const [users = -1, rows = -1, short = -1, empty = -1] = counts;
  if (![users, rows, short, empty].every(isCount)) throw new RangeError(`the counts in ${path} are none`);
  return { csv: arrayOf(arrays, 'csv', Uint8Array), users, rows, short, empty };
}

function readMatrix(path: string, name: string): SparseRows {
  return matrixFrom(
    readArrays(path, (each) => each.startsWith(`${name}.`)),
    name,
  );
}

/** The numbers, if there are that many and all are finite. @throws RangeError otherwise. */
function finite(name: string, numbers: Float64Array, count: number): Float64Array {
  if (numbers.length !== count) throw new RangeError(`"${name}" has ${numbers.length} numbers, and not ${count}`);
  for (let at = 0; at < count; at++) {
    if (!Number.isFinite(numbers[at])) throw new RangeError(`"${name}" has something in it that is no number`);
  }
  return numbers;
}
