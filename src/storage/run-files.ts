import type { Evidence } from '../model/evidence.js';
import type { SignalCounts } from '../model/fit.js';
import type { Scales } from '../model/scales.js';
import type { Audience } from '../ranking/audience.js';
import type { Model } from '../ranking/model.js';
import { arrayOf, readArrays, writeArrays } from './array-file.js';
import { matrixArrays, matrixFrom } from './matrix-file.js';

/* What parent and children pass on through files, each with its writer and its reader side by side. */

export function writeEvidence(path: string, evidence: Evidence): void {
  writeArrays(path, {
    counts: Float64Array.of(evidence.users, evidence.items),
    ...matrixArrays('baskets', evidence.baskets),
    ...matrixArrays('holders', evidence.holders),
    ...matrixArrays('carriers', evidence.carriers),
    ...matrixArrays('members', evidence.members),
    basketWeight: evidence.basketWeight,
    popularity: evidence.popularity,
    degree: evidence.degree,
    offered: evidence.offered,
  });
}

export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path);
  const [users = 0, items = 0] = arrayOf(arrays, 'counts', Float64Array);
  return {
    users,
    items,
    baskets: matrixFrom(arrays, 'baskets'),
    holders: matrixFrom(arrays, 'holders'),
    carriers: matrixFrom(arrays, 'carriers'),
    members: matrixFrom(arrays, 'members'),
    basketWeight: arrayOf(arrays, 'basketWeight', Float64Array),
    popularity: arrayOf(arrays, 'popularity', Float64Array),
    degree: arrayOf(arrays, 'degree', Float64Array),
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

export function writeScales(path: string, scales: Scales): void {
  writeArrays(path, {
    factors: Float64Array.of(scales.items, scales.preferences, scales.groups),
    prior: scales.prior,
  });
}

/** The model: its scales, and the rows as the fit shards left them. */
export function readModel(
  counts: SignalCounts,
  scalesPath: string,
  rows: readonly { path: string; from: number }[],
): Model {
  const arrays = readArrays(scalesPath);
  const [items = 1, preferences = 1, groups = 1] = arrayOf(arrays, 'factors', Float64Array);
  return {
    counts,
    scales: { items, preferences, groups, prior: arrayOf(arrays, 'prior', Float64Array) },
    pieces: rows.map(({ path }) => matrixFrom(readArrays(path), 'rows')),
    from: rows.map(({ from }) => from),
  };
}
