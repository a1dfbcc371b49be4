import { Random } from '../src/matrix/sampling.js';
import { emptyRows } from '../src/matrix/sparse.js';
import type { Observations } from '../src/model/evidence.js';

const USERS = 8_000;
const ITEMS = 20_000;
const USUAL_HISTORY = 30;
/** A few users, spread over the file, had most of the catalogue: scoring any one of them is more work than a shard. */
const LONG_HISTORY = 15_000;
const ONE_IN = 500;

/** A skewed load: many users with little work, and a few whose work cannot be split. The same seed gives the same load. */
export function skewedObservations(seed: number): Observations {
  const random = new Random(seed);
  const start = new Uint32Array(USERS + 1);
  const histories = Array.from({ length: USERS }, (_, user) => {
    const isLong = random.below(ONE_IN) === 0;
    const history = drawn(isLong ? LONG_HISTORY : USUAL_HISTORY, random);
    start[user + 1] = start[user]! + history.length;
    return history;
  });
  const index = new Uint32Array(start[USERS]!);
  histories.forEach((history, user) => void index.set(history, start[user]!));
  const interactions = { rows: USERS, columns: ITEMS, start, index, value: new Float32Array(index.length).fill(1) };
  return {
    interactions,
    offered: new Uint8Array(ITEMS).fill(1),
    attributes: emptyRows(ITEMS, 0),
    groups: emptyRows(USERS, 0),
    preferences: emptyRows(USERS, 0),
  };
}

/** Draws items, rising; low numbers more often. */
function drawn(count: number, random: Random): Uint32Array {
  const chosen = new Set<number>();
  // The lower of two draws: the first items are twice as likely as the middle ones.
  while (chosen.size < count) chosen.add(Math.min(random.below(ITEMS), random.below(ITEMS)));
  return Uint32Array.from(chosen).sort();
}
