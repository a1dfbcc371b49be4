import { uint32s } from '../matrix/memory.js';
import { countsOf, type SparseRows, type SparseVector, startsOf } from '../matrix/sparse.js';
import { type ChoosingBy, choiceArrays, compiledChoice, plainChoice } from './choose.js';
import { indexType, programArrays } from './program.js';

/** items × baskets: which baskets hold an item. */
export type Baskets = Pick<SparseRows, 'rows' | 'columns' | 'start' | 'index'>;

/** How many baskets hold two items together. */
export interface Counts {
  /** The number of baskets that hold the item and the one of each other rank; valid until the next row. */
  row(item: number): SparseVector;
  /** By rank, for `choose`; the caller fills both in. */
  readonly choosing: ChoosingBy;
  /** The values of the last row with the `most` largest keys, in ranks below `below`, as `plainChoice` explains; valid until the next choice. */
  choose(most: number, below: number): SparseVector;
  /** What `choose` gives for the row of an item and all ranks, without making the row: faster where few of many values are chosen. */
  largest(item: number, most: number): SparseVector;
}

/** @param rank by item. @param chosen the most ranks that are chosen; 0: `choose` is not called. */
export type CountsOf = (baskets: Baskets, rank: Uint32Array, chosen: number) => Counts;

/** Counts in JavaScript arrays; kernel.ts says when they are used. */
export function plainCounts(baskets: Baskets, rank: Uint32Array, chosen: number): Counts {
  const { rows: items, start, index } = baskets;
  const basketStart = restStarts(baskets, rank, 0);
  const ranks = uint32s(index.length);
  fillIn(baskets, rank, 0, new Uint32Array(0), basketStart, ranks);
  const count = new Float64Array(items);
  const row = { count: 0, index: new Uint32Array(items), value: new Float64Array(items) };
  const chosenFrom = chosen > 0 ? items : 0;
  const choosing = { factor: new Float64Array(chosenFrom), itemOf: new Uint32Array(chosenFrom) };
  const counts: Counts = {
    choosing,

    row(item) {
      for (const basket of index.subarray(start[item]!, start[item + 1]!))
        for (let at = basketStart[basket]!; at < basketStart[basket + 1]!; at++) count[ranks[at]!]!++;
      count[rank[item]!] = 0;
      row.count = 0;
      for (let other = 0; other < items; other++) {
        if (count[other] === 0) continue;
        row.index[row.count] = other;
        row.value[row.count++] = count[other]!;
        count[other] = 0;
      }
      return row;
    },

    choose: (most, below) => plainChoice(row, choosing, most, below),
    largest: (item, most) => plainChoice(counts.row(item), choosing, most, items),
  };
  return counts;
}

/** A mask has a bit for each rank of a group of so many. */
const GROUP = 128;
/** Adding a mask takes as long as adding about this many of its ranks one by one. */
const WORTH_A_MASK = 2;

/**
 * For how many groups of 128 ranks, from the first on, each basket gets a mask: those of which baskets hold enough. Masks take at most four bytes
 * for each entry of a basket, about as much as the entries themselves.
 *
 * @param lengths by basket: how many items it holds. @param degrees by rank: how many baskets hold the item.
 */
function maskedGroups(lengths: Uint32Array, degrees: Uint32Array): number {
  let entries = 0;
  let pairs = 0;
  for (const length of lengths) {
    entries += length;
    pairs += length * length;
  }
  const most = Math.floor(entries / 4 / (lengths.length + 1));
  for (let group = 0; group < most; group++) {
    const own = degrees.subarray(group * GROUP, (group + 1) * GROUP).reduce((sum, degree) => sum + degree, 0);
    // A basket is visited once for each of its items, so long ones count more.
    if ((own / entries) * (pairs / entries) < WORTH_A_MASK) return group;
  }
  return most;
}

type Bits = 16 | 32;
type Program = Record<`count${Bits}`, (...parameters: number[]) => void> &
  Record<`counted${Bits}` | `largest${Bits}` | 'choose', (...parameters: number[]) => number>;

/** A double as a single float that is larger by so much that products of it, in single floats, are never below the exact ones. */
function roundedUp(factor: number): number {
  return Math.fround(factor * (1 + 2 ** -22));
}

/**
 * Counts in WebAssembly (assembly/counts.ts), with the same result as `plainCounts`, which is used if the baskets are too large for the memory
 * of a program.
 *
 * Baskets hold many of the items with the most evidence, so each has a mask of bits for these, and 128 items are added at once. The others, the
 * rest, are added one by one.
 */
export function compiledCounts(module: WebAssembly.Module): CountsOf {
  return (baskets, rank, chosen) => {
    const { rows: items, columns, start: itemStart, index: basketOf } = baskets;
    const degrees = new Uint32Array(items);
    for (let item = 0; item < items; item++) degrees[rank[item]!] = itemStart[item + 1]! - itemStart[item]!;
    const groups = maskedGroups(countsOf(basketOf, columns), degrees);
    const masked = Math.min(items, groups * GROUP);
    const restStart = restStarts(baskets, rank, masked);
    const longest = degrees.reduce((most, degree) => Math.max(most, degree), 0);
    const Index = indexType(items);
    const placed = programArrays({
      rest: [Index, restStart[columns]!],
      restStart: [Uint32Array, columns + 1],
      // One mask more than there are baskets: that of an empty one.
      mask: [Uint32Array, (columns + 1) * groups * WORDS],
      own: [Uint32Array, longest + TURN],
      work: [Uint32Array, levelsOf(longest) * workOf(groups)],
      sum: [Uint32Array, Math.max(items, groups * GROUP)],
      // One cell more than a row can have, because the program writes a value before it decides whether to keep it.
      rowIndex: [Uint32Array, items + 1],
      rowValue: [Float64Array, items + 1],
      // By rank: the factor of `choosing`, rounded up; a multiple of four, because the program reads four at a time.
      single: [Float32Array, chosen === 0 ? 0 : items + 4],
      ...choiceArrays(items, chosen),
    });
    if (!placed) return plainCounts(baskets, rank, chosen);
    const { at, arrays } = placed;
    const { own, sum, rowIndex, rowValue, single } = arrays;
    arrays.restStart.set(restStart);
    fillIn(baskets, rank, groups, arrays.mask, restStart, arrays.rest);
    const program = placed.start<Program>(module);
    const bits = Index === Uint16Array ? 16 : 32;
    const count = program[`count${bits}`];
    const counted = program[`counted${bits}`];
    const largest = program[`largest${bits}`];
    const row = { count: 0, index: rowIndex, value: rowValue };
    const ofRest = [at.restStart, at.rest] as const;
    const choice = compiledChoice(program, placed, { row, rowIndex: at.rowIndex, rowValue: at.rowValue });
    let hasSingle = false;
    /** Counts what is in the baskets of an item. @returns its counts, as parameters of the program. */
    const countedOf = (item: number) => {
      const from = itemStart[item]!;
      const degree = itemStart[item + 1]! - from;
      own.set(basketOf.subarray(from, from + degree));
      own.fill(columns, degree, degree + TURN - 1);
      count(at.own, degree, at.mask, groups, levelsOf(degree), at.work, ...ofRest, at.sum);
      sum[rank[item]!] = 0;
      return [at.own, degree, masked, items, ...ofRest, at.sum, at.rowIndex, at.rowValue] as const;
    };
    return {
      ...choice,

      row(item) {
        row.count = counted(...countedOf(item));
        return row;
      },

      largest(item, most) {
        if (!hasSingle) single.set(choice.choosing.factor.map(roundedUp));
        hasSingle = true;
        const { key, place, classes, edge, marks, placeOf, chosenIndex, chosenValue } = at;
        const by = [at.factor, at.single, at.itemOf, Math.min(most, chosen), key, place, classes, edge] as const;
        const count = largest(...countedOf(item), ...by, marks, placeOf, chosenIndex, chosenValue);
        return { count, index: arrays.chosenIndex, value: arrays.chosenValue };
      },
    };
  };
}

/** So many masks are added at a time. */
const TURN = 16;
/** The words of a mask. */
const WORDS = GROUP / 32;

/** How many levels of four bits a count takes. */
function levelsOf(count: number): number {
  return Math.max(1, Math.ceil((32 - Math.clz32(count)) / 4));
}

/** The words that a level works with: for each group the masks of its four bits and of 16 carries, and 16 addresses. */
function workOf(groups: number): number {
  return (4 + TURN) * groups * WORDS + TURN;
}

/** Where the rest of each basket begins, without the ranks below `masked`. */
function restStarts({ rows, columns, start, index }: Baskets, rank: Uint32Array, masked: number): Uint32Array {
  if (masked === 0) return startsOf(index, index.length, columns);
  const starts = new Uint32Array(columns + 1);
  const countUp = (from: number, to: number) => {
    for (let h = from; h < to; h++) starts[index[h]! + 1]!++;
  };
  for (let item = 0; item < rows; item++) if (rank[item]! >= masked) countUp(start[item]!, start[item + 1]!);
  for (let basket = 0; basket < columns; basket++) starts[basket + 1]! += starts[basket]!;
  return starts;
}

/** Sets the bits of the masks, and fills in the rest of each basket. */
function fillIn(
  { rows, columns, start, index }: Baskets,
  rank: Uint32Array,
  groups: number,
  mask: Uint32Array,
  restStart: Uint32Array,
  rest: Uint16Array | Uint32Array,
): void {
  const next = restStart.slice(0, columns);
  const length = groups * WORDS;
  const setBits = (word: number, bit: number, from: number, to: number) => {
    for (let h = from; h < to; h++) mask[index[h]! * length + word]! |= bit;
  };
  const append = (own: number, from: number, to: number) => {
    for (let h = from; h < to; h++) rest[next[index[h]!]!++] = own;
  };
  for (let item = 0; item < rows; item++) {
    const own = rank[item]!;
    const [from, to] = [start[item]!, start[item + 1]!];
    if (own < groups * GROUP) setBits(own >> 5, 1 << (own & 31), from, to);
    else append(own, from, to);
  }
}
