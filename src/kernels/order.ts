import { sortBest } from '../matrix/top-n.js';
import { compiledProgram, programArrays } from './program.js';

/**
 * Orders some times: the latest first, equal ones by position, NaN last.
 * @returns the positions of the times from `from` to `to` (without it), counted from `from`; valid until the next call.
 */
export type TimeOrder = (times: Float64Array, from: number, to: number) => Uint32Array;

/** Up to so many times are ordered in JavaScript: that takes less time than to start a program. */
const FEW_TIMES = 10_000;

/** @param longest the most times that are ordered at once. @param all how many are ordered in all, about. */
export function timeOrder(longest: number, all: number): TimeOrder {
  return all <= FEW_TIMES ? plainOrder(longest) : compiledOrder(longest);
}

/** The order by comparisons. */
export function plainOrder(longest: number): TimeOrder {
  const key = new Float64Array(longest);
  const place = new Uint32Array(longest);
  return (times, from, to) => {
    for (let at = from; at < to; at++) {
      key[at - from] = Number.isNaN(times[at]!) ? Number.NEGATIVE_INFINITY : times[at]!;
      place[at - from] = at - from;
    }
    sortBest(0, to - from - 1, key, place);
    return place.subarray(0, to - from);
  };
}

/** Up to so many times are sorted by insertion, since other ways begin with counters for 256 digits. */
const INSERTED = 64;

/** The order by digits, in WebAssembly (assembly/order.ts): the same as `plainOrder`, in a third of the time. */
export function compiledOrder(longest: number): TimeOrder {
  const placed = programArrays({
    key: [Float64Array, longest],
    place: [Uint32Array, longest],
    spareKey: [Float64Array, longest],
    sparePlace: [Uint32Array, longest],
    ends: [Uint32Array, 256],
  });
  if (!placed) return plainOrder(longest);
  const { at, arrays } = placed;
  const { key, place } = arrays;
  const { order } = placed.start<{ order: (...parameters: number[]) => void }>(compiledProgram());
  return (times, from, to) => {
    for (let each = from; each < to; each++) key[each - from] = times[each]!;
    order(to - from, INSERTED, at.key, at.place, at.spareKey, at.sparePlace, at.ends);
    return place.subarray(0, to - from);
  };
}
