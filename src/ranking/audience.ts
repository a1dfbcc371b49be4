import { float32s } from '../matrix/memory.js';
import { emptyRows, joined, mapped, type SparseRows, sideBySide } from '../matrix/sparse.js';
import { inversePower, type Settings } from '../model/settings.js';

/** The users to serve, as scoring reads them. */
export interface Audience {
  /** users × signals: everything known of a user, with its strength. */
  signals: SparseRows;
  /** users × items they are not offered: what they had, and what they excluded. */
  excluded: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
}

/** What is known of all users. */
export interface Known {
  /** users × items, and by entry of it the times. */
  interactions: SparseRows;
  times: Float64Array | undefined;
  /** users × attribute values, users × groups, users × items. */
  preferences: SparseRows;
  groups: SparseRows;
  excluded: SparseRows;
  offered: Uint8Array;
}

/**
 * Whom to serve, and with what. What is stated by or known of a user gives way to a history of n items as 1 / (1 + n)²:
 * it stands in for what they do until that is known. (Stated tastes beside a history of a few items made the lists of the
 * restaurants' data worse at any fixed weight; countries helped Online Retail's new customers alone.)
 *
 * @param some takes the rows of those who are served, of any matrix whose rows are users.
 * @param hideHistory serves them as if they had none, though not with what they had.
 */
export function audienceOf(
  known: Known,
  some: (byUser: SparseRows) => SparseRows,
  { recency, groupWeight, coldGroupWeight }: Pick<Settings, 'recency' | 'groupWeight' | 'coldGroupWeight'>,
  { includeSeen, hideHistory = false }: { includeSeen: boolean; hideHistory?: boolean },
): Audience {
  const { interactions, times, preferences, groups, offered } = known;
  const had = some(interactions);
  const history = hideHistory ? emptyRows(had.rows, had.columns) : some(withRecency(interactions, times, recency));
  const excluded = some(known.excluded);
  const givenWay = (user: number) => 1 / (1 + history.start[user + 1]! - history.start[user]!) ** 2;
  return {
    signals: signalsOf(
      history,
      mapped(some(preferences), (value, user) => value * givenWay(user)),
      mapped(some(groups), (value, user) => value * (groupWeight + (coldGroupWeight - groupWeight) * givenWay(user))),
    ),
    excluded: includeSeen ? excluded : joined([had, excluded], had.rows, had.columns),
    offered,
  };
}

/** Puts a user's history, preferences and groups into one row of signals, in the order of the model's rows. */
export function signalsOf(interactions: SparseRows, preferences: SparseRows, groups: SparseRows): SparseRows {
  return sideBySide(interactions, preferences, groups);
}

/**
 * Histories in which the k-th latest item counts k^(-ρ) times its strength, evened out so that a history weighs in all
 * what it did. Items without a time come last, all alike.
 *
 * @param times by entry of the interactions, seconds; NaN unknown. @param recency ρ ≥ 0.
 */
export function withRecency(interactions: SparseRows, times: Float64Array | undefined, recency: number): SparseRows {
  if (!times || recency === 0) return interactions;
  const { rows, start, value } = interactions;
  const weights = new PlaceWeights(recency);
  const weighed = float32s(value.length);
  const weigh = (from: number, to: number, total: number) => {
    for (let e = from; e < to; e++) weighed[e] = (value[e]! * weights.of(times[e]!) * (to - from)) / total;
  };
  for (let user = 0; user < rows; user++) {
    const from = start[user]!;
    const to = start[user + 1]!;
    weigh(from, to, weights.place(times, from, to));
  }
  return { ...interactions, value: weighed };
}

/**
 * k^(-ρ) for the k-th latest of some times; those of one time are all of the first place among them. Times are sorted as plain
 * numbers, and each finds its place again in a table (open addressing, at most half full; a slot is free unless its turn is now).
 */
class PlaceWeights {
  readonly #recency: number;
  /** By place. */
  readonly #weight: number[] = [0];
  #ages = new Float64Array(512);
  #slotAge = new Float64Array(1024);
  #slotPlace = new Uint32Array(1024);
  #slotTurn = new Uint32Array(1024);
  #turn = 0;

  constructor(recency: number) {
    this.#recency = recency;
  }

  /** Places the times `from` to `to`. @returns what their weights add up to. */
  place(times: Float64Array, from: number, to: number): number {
    const count = to - from;
    this.#begin(count);
    const ages = this.#ages.subarray(0, count);
    for (let at = 0; at < count; at++) ages[at] = ageOf(times[from + at]!);
    // Without a function to compare them numbers are sorted by their values, many times as fast.
    ages.sort();
    let total = 0;
    let place = 0;
    for (let at = 0; at < count; at++) {
      if (at === 0 || ages[at] !== ages[at - 1]) {
        place = at + 1;
        const slot = this.#slotOf(ages[at]!);
        this.#slotAge[slot] = ages[at]!;
        this.#slotPlace[slot] = place;
        this.#slotTurn[slot] = this.#turn;
      }
      total += this.#weight[place]!;
    }
    return total;
  }

  /** The weight of one of them. */
  of(time: number): number {
    return this.#weight[this.#slotPlace[this.#slotOf(ageOf(time))]!]!;
  }

  #begin(count: number): void {
    if (2 * count > this.#slotAge.length || this.#turn === 0xffffffff) {
      const room = Math.max(this.#slotAge.length, 2 ** (33 - Math.clz32(count)));
      this.#ages = new Float64Array(room / 2);
      this.#slotAge = new Float64Array(room);
      this.#slotPlace = new Uint32Array(room);
      this.#slotTurn = new Uint32Array(room);
      this.#turn = 0;
    }
    this.#turn++;
    for (let place = this.#weight.length; place <= count; place++)
      this.#weight.push(inversePower(place, this.#recency));
  }

  /** Where an age stands, or the free slot where it belongs. */
  #slotOf(age: number): number {
    const mask = this.#slotAge.length - 1;
    bits.number[0] = age;
    const mixed = bits.halves[0]! ^ Math.imul(bits.halves[1]!, 0x85ebca6b);
    let slot = (Math.imul(mixed, 0x9e3779b1) >>> 8) & mask;
    while (this.#slotTurn[slot] === this.#turn && this.#slotAge[slot] !== age) slot = (slot + 1) & mask;
    return slot;
  }
}

/** A number, and its two halves as whole numbers. */
const bits = (() => {
  const number = new Float64Array(1);
  return { number, halves: new Uint32Array(number.buffer) };
})();

/** Rises with age; an unknown time is before all others, and the same as another unknown one. */
function ageOf(time: number): number {
  // Not −0, which is the same time as 0 and has other bits.
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : 0 - time;
}

/** What each user costs to score: the cells of the rows that are added up, and a little for the rest. */
export function scoringCosts(audience: Audience, rowLength: Float64Array): Float64Array {
  const { signals } = audience;
  const costs = new Float64Array(signals.rows);
  const cells = (from: number, to: number) => {
    let sum = 0;
    for (let e = from; e < to; e++) sum += rowLength[signals.index[e]!]!;
    return sum;
  };
  for (let user = 0; user < signals.rows; user++) {
    costs[user] = 100 + cells(signals.start[user]!, signals.start[user + 1]!);
  }
  return costs;
}
