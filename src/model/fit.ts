import { CooccurrenceRows, cooccurrenceCosts } from './cooccurrence.js';
import type { Evidence } from './evidence.js';
import { GroupRows, groupCosts } from './groups.js';
import { writePreferenceRow } from './preferences.js';
import { RowWriter } from './rows.js';
import type { Settings } from './settings.js';
import type { SparseRows } from './sparse.js';

/**
 * The signals, that is the rows of the model, in their order: items, then attribute values (as preferences), then
 * groups of users.
 */
export interface SignalCounts {
  items: number;
  preferences: number;
  groups: number;
}

export function signalCounts(evidence: Evidence): SignalCounts {
  return { items: evidence.items, preferences: evidence.carriers.rows, groups: evidence.members.rows };
}

/** What each row costs to learn, in additions, by signal. */
export function fitCosts(evidence: Evidence): Float64Array {
  const { carriers } = evidence;
  const preferences = Float64Array.from(
    { length: carriers.rows },
    (_, value) => 1 + carriers.start[value + 1]! - carriers.start[value]!,
  );
  return Float64Array.from([...cooccurrenceCosts(evidence), ...preferences, ...groupCosts(evidence)]);
}

/** Learns rows of the model, each whole and by itself, so that no cut between shards shows in the answer. */
export class Fitter {
  readonly #evidence: Evidence;
  readonly #counts: SignalCounts;
  readonly #items: CooccurrenceRows;
  readonly #groups: GroupRows;

  constructor(evidence: Evidence, settings: Settings) {
    this.#evidence = evidence;
    this.#counts = signalCounts(evidence);
    this.#items = new CooccurrenceRows(evidence, settings);
    this.#groups = new GroupRows(evidence, settings);
  }

  /** The rows of the signals `from` to `to` (without it), before they are scaled to one another. */
  rows(from: number, to: number): SparseRows {
    const { items, preferences } = this.#counts;
    const out = new RowWriter(to - from, items);
    for (let signal = from; signal < to; signal++) {
      if (signal < items) this.#items.write(signal, out);
      else if (signal < items + preferences) writePreferenceRow(signal - items, this.#evidence, out);
      else this.#groups.write(signal - items - preferences, out);
      out.endRow();
    }
    return out.finish();
  }
}

/** What has to be known of each learned row to scale them to one another and to plan the scoring. */
export interface RowFacts {
  /** Sum of the row's values, largest of them, and how many there are. */
  sum: Float64Array;
  largest: Float64Array;
  length: Float64Array;
}

export function rowFacts(rows: SparseRows): RowFacts {
  const facts = {
    sum: new Float64Array(rows.rows),
    largest: new Float64Array(rows.rows),
    length: new Float64Array(rows.rows),
  };
  for (let r = 0; r < rows.rows; r++) {
    for (let e = rows.start[r]!; e < rows.start[r + 1]!; e++) {
      facts.sum[r]! += rows.value[e]!;
      facts.largest[r] = Math.max(facts.largest[r]!, rows.value[e]!);
    }
    facts.length[r] = rows.start[r + 1]! - rows.start[r]!;
  }
  return facts;
}
