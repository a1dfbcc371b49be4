import { offsetsOf } from '../matrix/sparse.js';
import { itemRows, refuseRepeated } from './item-rows.js';
import type { Known, ListRule, RuleRow } from './list-rule.js';
import { onePath } from './numbers.js';

/** Which pins a user has: those of a set, which are the entries `start[set] .. start[set+1]` in the order they are tried. */
interface Plan {
  /** By user. */
  set: Uint32Array;
  start: Uint32Array;
  /** From 0. */
  place: Uint32Array;
  item: Uint32Array;
}

/** A row, the index of its item, and the place of the row among those that have one. */
interface Pin {
  row: RuleRow;
  item: number;
  line: number;
}

/** The pins, at least one, for the same users: one user, or those with these values in these columns, or both; all users if neither is given. */
type Segment = [Pin, ...Pin[]];

/**
 * Puts items at ranks: `item,rank`. Further columns say for which users: a user id, or columns of the profiles (`country` with "FR").
 * The most specific pin takes a rank first; the next takes it if the user may not get that item.
 */
export const pin: ListRule<string, RuleRow[], Plan> = {
  flags: '--pin <file>',
  description: 'items at fixed ranks, for all or for some users',
  parse: onePath,
  async read(path, table) {
    const wanted = { item: 'item', rank: ['rank', 'position', 'place', 'slot'] } as const;
    const rows = await table('--pin', path, wanted, { user: 'user', title: 'title' });
    for (const row of rows) {
      const rank = row.number('rank');
      if (!(Number.isInteger(rank) && rank >= 1)) throw row.refused('a rank is a whole number from 1');
    }
    const keyWith = (value: unknown, row: RuleRow) => `${value}\n${segmentKey(row)}`;
    const rankOf = (row: RuleRow) => row.number('rank');
    refuseRepeated(
      rows,
      (row) => keyWith(rankOf(row), row),
      (row) => `rank ${rankOf(row)} has an item for the same users`,
    );
    refuseRepeated(
      rows,
      (row) => keyWith(row.cells.item, row),
      ({ cells }) => `item ${JSON.stringify(cells.item)} has a rank for the same users`,
    );
    return rows;
  },
  usesColumns: true,
  plan(rows, known) {
    const beyond = rows.filter((row) => row.number('rank') > known.listLength);
    if (beyond[0]) {
      const what = `${beyond.length} of ${rows.length} pins have a rank beyond the end of the lists, which is ${known.listLength}`;
      known.warn(`${beyond[0].place}: ${what}`);
    }
    const segments = segmentsOf(rows, known);
    const notOffered = segments.flat().filter(({ item }) => !known.isOffered(item));
    const first = notOffered.toSorted((a, b) => a.line - b.line)[0]?.row;
    if (first) {
      const why = 'nobody may get now: sold out, or left out by --where, --only-items or --exclude-items';
      known.warn(
        `${first.place}: ${notOffered.length} of ${rows.length} pins have items that ${why}; the first is ${JSON.stringify(first.cells.item)}`,
      );
    }
    return planned(segments, known);
  },
  act: ({ set, start, place, item }) => ({
    place(draft) {
      const own = set[draft.user]!;
      for (let e = start[own]!; e < start[own + 1]!; e++) {
        if (place[e]! >= draft.count || !draft.isFree(place[e]!) || draft.has(item[e]!)) continue;
        const score = draft.scoreOf(item[e]!);
        if (!Number.isNaN(score)) draft.put(place[e]!, item[e]!, score, 'pinned');
      }
    },
  }),
};

function segmentKey({ cells, others }: RuleRow): string {
  return JSON.stringify([cells.user, ...[...others].map(([column, cell]) => [column, cell.toLowerCase()])]);
}

function segmentsOf(rows: readonly RuleRow[], known: Known): Segment[] {
  const segments = new Map<string, Segment>();
  itemRows(rows, known).forEach(({ row, item }, line) => {
    const pin = { row, item, line };
    const segment = segments.get(segmentKey(row));
    if (segment) segment.push(pin);
    else segments.set(segmentKey(row), [pin]);
  });
  return [...segments.values()];
}

/** The more it says about users, the more specific a pin is; more specific ones are tried first. */
function specificity({ row: { cells, others } }: Pin): number {
  return (cells.user ? 1000 : 0) + others.size;
}

function planned(segments: readonly Segment[], known: Known): Plan {
  const cells = new Map<string, ReturnType<Known['values']>>();
  for (const [{ row }] of segments)
    for (const column of row.others.keys())
      if (!cells.has(column)) cells.set(column, known.values('user', column, `--pin: ${row.place}`));
  const users = known.usersOf(segments.map(([{ row }]) => row.cells.user ?? ''));
  /** By user, -1 for all: the places of their segments. */
  const ofUser = new Map<number | undefined, number[]>();
  for (const [at, [{ row }]] of segments.entries()) {
    const user = row.cells.user ? users.get(row.cells.user) : -1;
    ofUser.set(user, [...(ofUser.get(user) ?? []), at]);
  }
  const fits = (user: number, [{ row }]: Segment) =>
    [...row.others].every(([column, value]) => cells.get(column)?.[user]?.includes(value.trim().toLowerCase()));
  const set = new Uint32Array(known.served);
  const sets = new Map<string, number>();
  const pins: Pin[][] = [];
  const used = new Set<Segment>();
  for (let user = 0; user < known.served; user++) {
    const places = [...(ofUser.get(user) ?? []), ...(ofUser.get(-1) ?? [])];
    const matching = places.filter((at) => fits(user, segments[at]!));
    const key = matching.join();
    set[user] = sets.get(key) ?? sets.size;
    if (sets.has(key)) continue;
    sets.set(key, sets.size);
    const own = matching.map((at) => segments[at]!);
    for (const segment of own) used.add(segment);
    pins.push(own.flat().sort((a, b) => specificity(b) - specificity(a) || a.line - b.line));
  }
  const [unused] = segments.filter((segment) => !used.has(segment));
  if (unused) {
    const others = segments.length - used.size - 1;
    known.warn(
      `${unused[0].row.place}: no user matches this pin${others > 0 ? `, nor the pins for ${others} other groups of users` : ''}`,
    );
  }
  const all = pins.flat();
  return {
    set,
    start: offsetsOf(pins.map(({ length }) => length)),
    place: Uint32Array.from(all, ({ row }) => row.number('rank') - 1),
    item: Uint32Array.from(all, ({ item }) => item),
  };
}
