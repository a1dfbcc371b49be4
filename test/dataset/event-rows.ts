import { pairsOf } from '../../src/dataset/pairs.js';
import { NumberColumn } from '../../src/events/columns.js';

/** A row of events; NaN: the cell is empty. */
export interface EventRow {
  user: number;
  item: number;
  time?: number;
  strength?: number;
  weight?: number;
}

/** The rows of several files, sorted by user and item. A column exists if some row has it. */
export function sortedRows(files: readonly (readonly EventRow[])[]) {
  const all = files.flat();
  const [user, item] = (['user', 'item'] as const).map((name) => Uint32Array.from(all, (row) => row[name]));
  const sizeOf = (ids: Uint32Array | undefined) => 1 + (ids?.reduce((most, id) => Math.max(most, id), 0) ?? 0);
  const pairs = pairsOf(user ?? new Uint32Array(), item ?? new Uint32Array(), sizeOf(user), sizeOf(item));
  const column = (name: 'time' | 'strength' | 'weight') => {
    if (all.every((row) => row[name] === undefined)) return undefined;
    const numbers = new NumberColumn();
    for (const at of pairs.order) numbers.push(all[at]?.[name] ?? Number.NaN);
    return numbers.numbers;
  };
  const rows = { time: column('time'), strength: column('strength'), weight: column('weight') };
  return { pairs, rows, fileRows: files.map(({ length }) => length) };
}

/** A seeded generator of whole numbers below a limit. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const DAY = 86_400;
/** 1 January 2024. */
export const JANUARY = 1_704_067_200;

/** Purchases of a small shop, 40 a day, with clock times, from one day of 2024 up to, but not including, another; day 0 is 1 January. */
export function purchases(seed: number, from: number, to: number): Required<Omit<EventRow, 'weight'>>[] {
  const random = seeded(seed);
  const rows = Array.from({ length: 40 * (to - from) }, () => ({
    user: random(200),
    item: random(100),
    strength: 1 + random(3),
    time: JANUARY + from * DAY + random((to - from) * DAY),
  }));
  return rows.sort((a, b) => a.time - b.time);
}

export function shuffled<T>(rows: readonly T[], seed = 1): T[] {
  const random = seeded(seed);
  return rows
    .map((row) => ({ row, key: random(2 ** 31) }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

/** The rows with the days of their times, without a clock. */
export const byDay = <T extends { time: number }>(rows: readonly T[]): T[] =>
  rows.map((row) => ({ ...row, time: row.time - (row.time % DAY) }));
