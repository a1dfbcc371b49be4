import type { Offer } from '../kernels/best.js';
import { offsetsOf } from '../matrix/sparse.js';
import type { ListRule } from './list-rule.js';

type Limit = { column: string; most: number };

interface Cap {
  /** How many items of a list may share a value. */
  most: number;
  values: number;
  /** The values of item i are `value[start[i] .. start[i+1])`. */
  start: Uint32Array;
  value: Uint32Array;
}

/**
 * Limits how many items of a list share a value of a column: `category=2`. An item with several values counts for each of them; one
 * without a value is always allowed.
 */
export const maxPer: ListRule<Limit[], Limit[], Cap[]> = {
  flags: '--max-per <column=count>',
  description: 'limit how many items share a value: category=2',
  parse(text, before = []) {
    const [, column = '', count = ''] = /^(.+)=\s*(\d{1,6})\s*$/s.exec(text) ?? [];
    if (!(Number(count) >= 1)) throw new RangeError('Expected a column and a count, like category=2.');
    if (before.some((cap) => cap.column === column.trim())) throw new RangeError(`${column} was given already.`);
    return [...before, { column: column.trim(), most: Number(count) }];
  },
  usesColumns: true,
  plan: (caps, known) =>
    caps.map(({ column, most }) => {
      const numbers = new Map<string, number>();
      const cells = known.values('item', column, `--max-per ${column}=${most}`);
      const numberOf = (value: string) => {
        const number = numbers.get(value) ?? numbers.size;
        numbers.set(value, number);
        return number;
      };
      const start = offsetsOf(cells.map(({ length }) => length));
      const value = Uint32Array.from(cells.flat(), numberOf);
      return { most, values: numbers.size, start, value };
    }),
  act: (caps) => caps.map(activeCap),
};

function activeCap({ most, values, start, value }: Cap) {
  /** By value: how often it is in the list. `room`: how often offered items could still add a value. */
  const count = new Uint32Array(values);
  let room = 0;
  const rooms = new WeakMap<Offer, number>();
  return {
    // Enough that most lists need no second try.
    poolFactor: 4,
    begin({ offer }: { offer: Offer }) {
      count.fill(0);
      room = rooms.get(offer) ?? roomOf(offer);
      rooms.set(offer, room);
    },
    allows(item: number) {
      for (let e = start[item]!; e < start[item + 1]!; e++) if (count[value[e]!]! >= most) return false;
      return true;
    },
    added(item: number) {
      for (let e = start[item]!; e < start[item + 1]!; e++) if (count[value[e]!]!++ < most) room--;
    },
    isFull: () => room <= 0,
  };

  /** Infinite if an item without a value is offered. */
  function roomOf({ offered }: Offer): number {
    const isOffered = new Uint8Array(values);
    let different = 0;
    for (let item = 0; item < offered.length; item++) {
      if (offered[item] === 0) continue;
      if (start[item] === start[item + 1]) return Number.POSITIVE_INFINITY;
      for (let e = start[item]!; e < start[item + 1]!; e++) different += 1 - isOffered[value[e]!]!;
      for (let e = start[item]!; e < start[item + 1]!; e++) isOffered[value[e]!] = 1;
    }
    return most * different;
  }
}
