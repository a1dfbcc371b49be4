import { besides, type SparseRows } from '../model/sparse.js';

/** The users to serve, as scoring reads them. */
export interface Audience {
  /** users × signals: everything known of a user, with its strength. */
  signals: SparseRows;
  /** users × items they are not offered: what they had, and what they excluded. */
  barred: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
}

/** Puts a user's history, preferences and groups into one row of signals, in the order of the model's rows. */
export function signalsOf(interactions: SparseRows, preferences: SparseRows, groups: SparseRows): SparseRows {
  return besides(interactions, preferences, groups);
}

/** What each user costs to score: the cells of the rows that are added up, and a little for the rest. */
export function scoringCosts(audience: Audience, rowLength: Float64Array): Float64Array {
  const { signals } = audience;
  const costs = new Float64Array(signals.rows);
  for (let user = 0; user < signals.rows; user++) {
    let cells = 100;
    for (let e = signals.start[user]!; e < signals.start[user + 1]!; e++) cells += rowLength[signals.index[e]!]!;
    costs[user] = cells;
  }
  return costs;
}
