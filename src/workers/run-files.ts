import { arrayOf, readArrays, writeArrays } from '../files/array-file.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { Evidence } from '../model/evidence.js';
import type { ItemStatistics } from '../model/row-normalisation.js';
import type { Audience } from '../ranking/audience.js';
import { hasMatrix, matrixArrays, matrixFrom } from './matrix-file.js';

/* What parent and children pass on through files, each with its writer and its reader side by side. */

export function writeEvidence(path: string, evidence: Evidence): void {
  writeArrays(path, {
    counts: Float64Array.of(evidence.users, evidence.items, evidence.trust),
    ...matrixArrays('baskets', evidence.baskets),
    ...(evidence.likes && matrixArrays('likes', evidence.likes)),
    ...matrixArrays('basketsByItem', evidence.basketsByItem),
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

/** @throws RangeError where the file is none that `writeEvidence` wrote, or its parts do not go together. */
export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path);
  const [users = -1, items = -1, trust = -1] = arrayOf(arrays, 'counts', Float64Array);
  const baskets = matrixFrom(arrays, 'baskets');
  const likes = hasMatrix(arrays, 'likes') ? matrixFrom(arrays, 'likes') : undefined;
  const basketsByItem = matrixFrom(arrays, 'basketsByItem');
  const itemsByAttribute = matrixFrom(arrays, 'itemsByAttribute');
  const usersByGroup = matrixFrom(arrays, 'usersByGroup');
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
    (likes === undefined || (likes.rows === users && likes.columns === items));
  if (!isSound) throw new RangeError(`the evidence in ${path} does not go together`);
  const numbers = (name: string, count: number) => finite(name, arrayOf(arrays, name, Float64Array), count);
  return {
    users,
    items,
    trust,
    baskets,
    likes,
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

export function writeAudience(path: string, audience: Audience): void {
  writeArrays(path, {
    ...matrixArrays('signals', audience.signals),
    ...matrixArrays('excluded', audience.excluded),
    offered: audience.offered,
  });
}

/** @throws RangeError where the file is none that `writeAudience` wrote, or its parts do not go together. */
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

/** @throws RangeError where the file is none that `writeStatistics` wrote, or its parts do not go together. */
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

/** Rows of a model as they were learned, and P_i of each. */
export interface Fitted {
  rows: SparseRows;
  precision: Float64Array;
}

export function writeFitted(path: string, { rows, precision }: Fitted): void {
  writeArrays(path, { ...matrixArrays('rows', rows), precision });
}

/** @throws RangeError where the file is none that `writeFitted` wrote. */
export function readFitted(path: string): Fitted {
  const arrays = readArrays(path);
  const rows = matrixFrom(arrays, 'rows');
  return { rows, precision: finite('precision', arrayOf(arrays, 'precision', Float64Array), rows.rows) };
}

/** Where the candidates lie that were counted with the pairs of that file. */
export function candidatesPath(pairs: string): string {
  return `${pairs}.candidates`;
}

/** The numbers, if there are so many of them and each is one. @throws RangeError where they are not. */
function finite(name: string, numbers: Float64Array, count: number): Float64Array {
  if (numbers.length !== count) throw new RangeError(`"${name}" has ${numbers.length} numbers, and not ${count}`);
  for (let at = 0; at < count; at++) {
    if (!Number.isFinite(numbers[at])) throw new RangeError(`"${name}" has something in it that is no number`);
  }
  return numbers;
}
