import type { Evidence } from '../model/evidence.js';
import type { Finish } from '../model/finish.js';
import type { SparseRows } from '../model/sparse.js';
import type { Audience } from '../ranking/audience.js';
import { arrayOf, readArrays, writeArrays } from './array-file.js';
import { hasMatrix, matrixArrays, matrixFrom } from './matrix-file.js';

/* What parent and children pass on through files, each with its writer and its reader side by side. */

export function writeEvidence(path: string, evidence: Evidence): void {
  writeArrays(path, {
    counts: Float64Array.of(evidence.users, evidence.items, evidence.trust),
    ...matrixArrays('baskets', evidence.baskets),
    ...(evidence.likes && matrixArrays('likes', evidence.likes)),
    ...matrixArrays('holders', evidence.holders),
    ...matrixArrays('carriers', evidence.carriers),
    ...matrixArrays('members', evidence.members),
    basketWeight: evidence.basketWeight,
    popularity: evidence.popularity,
    trend: evidence.trend,
    degree: evidence.degree,
    diagonal: evidence.diagonal,
    offered: evidence.offered,
  });
}

export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path);
  const [users = 0, items = 0, trust = 0] = arrayOf(arrays, 'counts', Float64Array);
  return {
    users,
    items,
    trust,
    baskets: matrixFrom(arrays, 'baskets'),
    likes: hasMatrix(arrays, 'likes') ? matrixFrom(arrays, 'likes') : undefined,
    holders: matrixFrom(arrays, 'holders'),
    carriers: matrixFrom(arrays, 'carriers'),
    members: matrixFrom(arrays, 'members'),
    basketWeight: arrayOf(arrays, 'basketWeight', Float64Array),
    popularity: arrayOf(arrays, 'popularity', Float64Array),
    trend: arrayOf(arrays, 'trend', Float64Array),
    degree: arrayOf(arrays, 'degree', Float64Array),
    diagonal: arrayOf(arrays, 'diagonal', Float64Array),
    offered: arrayOf(arrays, 'offered', Uint8Array),
  };
}

export function writeAudience(path: string, audience: Audience): void {
  writeArrays(path, {
    ...matrixArrays('signals', audience.signals),
    ...matrixArrays('barred', audience.barred),
    offered: audience.offered,
  });
}

export function readAudience(path: string): Audience {
  const arrays = readArrays(path);
  return {
    signals: matrixFrom(arrays, 'signals'),
    barred: matrixFrom(arrays, 'barred'),
    offered: arrayOf(arrays, 'offered', Uint8Array),
  };
}

export function writeFinish(path: string, { popularity, trend, degree, precision, trust }: Finish): void {
  writeArrays(path, { popularity, trend, degree, precision, trust: Float64Array.of(trust) });
}

export function readFinish(path: string): Finish {
  const arrays = readArrays(path);
  const [trust = 0] = arrayOf(arrays, 'trust', Float64Array);
  return {
    trust,
    popularity: arrayOf(arrays, 'popularity', Float64Array),
    trend: arrayOf(arrays, 'trend', Float64Array),
    degree: arrayOf(arrays, 'degree', Float64Array),
    precision: arrayOf(arrays, 'precision', Float64Array),
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
