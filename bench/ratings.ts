import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { Random } from '../src/matrix/sampling.js';

/** How many users, items and rows a generated file has. */
export interface Size {
  name: string;
  users: number;
  items: number;
  rows: number;
}

/** The shapes of MovieLens 1M, 10M and 25M, and a larger one. */
export const SIZES: readonly Size[] = [
  { name: '1m', users: 6_000, items: 3_700, rows: 1_000_000 },
  { name: '10m', users: 70_000, items: 10_700, rows: 10_000_000 },
  { name: '25m', users: 162_000, items: 59_000, rows: 25_000_000 },
  { name: '100m', users: 650_000, items: 120_000, rows: 100_000_000 },
];

const SHORTEST_HISTORY = 20;
/** σ of the log-normal lengths d of histories: the mean of d² is about three times the square of the mean, as in MovieLens. */
const SIGMA = 1.07;
const TASTES = 40;
/** The share of a history that comes from the user's own tastes; the rest is drawn from all items. */
const OWN_TASTE = 0.6;
const FIRST_DAY = 1_000_000_000;

/** A user's rows: items rising, as MovieLens has them. */
interface History {
  items: Uint32Array;
  ratings: Float64Array;
  times: Float64Array;
}

/**
 * Writes a file of ratings in the shape of MovieLens: `userId,movieId,rating,timestamp`, by user, items rising. The same
 * size and seed give the same bytes. Popularity is a power law in three pieces (a flat head, a long middle, a thin
 * tail), histories are log-normal, and each user has two of 40 tastes, which are sets of items.
 */
export function writeRatings(path: string, size: Size, seed: number): void {
  const unfinished = `${path}.unfinished`;
  const file = openSync(unfinished, 'w');
  const lines: string[] = ['userId,movieId,rating,timestamp\n'];
  historiesOf(size, seed, (user, { items, ratings, times }) => {
    for (let k = 0; k < items.length; k++) lines.push(`${user + 1},${items[k]! + 1},${ratings[k]},${times[k]}\n`);
    if (lines.length > 50_000) writeSync(file, lines.splice(0).join(''));
  });
  writeSync(file, lines.join(''));
  closeSync(file);
  renameSync(unfinished, path);
}

function historiesOf({ users, items, rows }: Size, seed: number, take: (user: number, history: History) => void): void {
  const random = new Random(seed);
  const unit = () => random.next() / 2 ** 32;
  const place = shuffled(items, random);
  const popularity = Float64Array.from({ length: items }, (_, item) => pieceOf(place[item]! / items));
  const everybody = new Urn(popularity);
  const taste = Uint8Array.from({ length: items }, () => random.below(TASTES));
  const urns = Array.from(
    { length: TASTES },
    (_, t) => new Urn(popularity.map((p, item) => (taste[item] === t ? p : 0))),
  );
  const mean = rows / users;
  const mu = Math.log(mean - SHORTEST_HISTORY) - SIGMA ** 2 / 2;
  const had = new Uint32Array(items);
  let left = rows;
  for (let user = 0; user < users; user++) {
    const drawn = SHORTEST_HISTORY + Math.round(Math.exp(mu + SIGMA * normal(unit)));
    // The last users get the remaining rows, about the mean for each.
    const wanted = user === users - 1 ? left : Math.min(drawn, left - SHORTEST_HISTORY * (users - user - 1));
    const length = Math.max(1, Math.min(wanted, Math.floor(items / 2)));
    left -= length;
    const own = [urns[random.below(TASTES)]!, urns[random.below(TASTES)]!];
    const chosen = new Uint32Array(length);
    for (let filled = 0, tries = 0; filled < length; tries++) {
      // Long histories exhaust the user's own tastes: after some tries, any item will do.
      const urn = tries < 4 * length && unit() < OWN_TASTE ? own[random.below(2)]! : everybody;
      const item = tries > 20 * length ? random.below(items) : urn.draw(unit());
      if (had[item] === user + 1) continue;
      had[item] = user + 1;
      chosen[filled++] = item;
    }
    chosen.sort();
    const start = FIRST_DAY + random.below(600_000_000);
    const ratings = Float64Array.from(chosen, () => Math.min(10, Math.max(1, Math.round(7 + 2.1 * normal(unit)))) / 2);
    const times = Float64Array.from(chosen, () => start + random.below(40_000_000));
    take(user, { items: chosen, ratings, times });
  }
}

/** The weight of an item, by its place in the order of popularity: 0 (first) to 1 (last). */
function pieceOf(place: number): number {
  const x = Math.max(place, 1e-5);
  if (x < 0.01) return (x / 0.01) ** -0.3;
  if (x < 0.2) return (x / 0.01) ** -0.9;
  return (0.2 / 0.01) ** -0.9 * (x / 0.2) ** -2.6;
}

function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random.below(k + 1);
    const held = order[k]!;
    order[k] = order[other]!;
    order[other] = held;
  }
  return order;
}

/** A normal random number by Box and Muller, who get two; the other is not used. */
function normal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(unit() + 2 ** -33)) * Math.cos(2 * Math.PI * unit());
}

/** Draws items in proportion to their weights, by binary search in the cumulative sums. */
class Urn {
  readonly #sums: Float64Array;
  readonly #item: Uint32Array;

  constructor(weight: Float64Array) {
    this.#item = Uint32Array.from(weight.keys()).filter((item) => weight[item]! > 0);
    this.#sums = new Float64Array(this.#item.length);
    let sum = 0;
    this.#item.forEach((item, k) => {
      sum += weight[item]!;
      this.#sums[k] = sum;
    });
  }

  draw(unit: number): number {
    const sums = this.#sums;
    const wanted = unit * (sums[sums.length - 1] ?? 0);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return this.#item[low] ?? 0;
  }
}
