import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { put } from './data.js';
import { runInProcess } from './run.js';

export const USERS = 60;
export const BLOCKS = 3;
export const KINDS = ['tree', 'fish', 'bird'];
export const METRICS = ['recall', 'precision', 'ndcg', 'map', 'mrr', 'hit_rate'];

export interface Event {
  user: string;
  item: string;
  time: number;
  rating: number;
}

/**
 * Users of three tastes, each with six of the ten items of their kind and two others, at times that are all different
 * and not in the order of the file. All events of the last three users are later than those of the others.
 */
export const EVENTS: readonly Event[] = Array.from({ length: USERS }, (_, u) =>
  Array.from({ length: 8 }, (_, k) => {
    const kind = KINDS[(k < 6 ? u : u + 1) % BLOCKS];
    const number = (k < 6 ? u + k * (1 + (u % 2) * 2) : u * 3 + k * 5) % 10;
    const place = ((u * 8 + k) * 7919) % 4801;
    return {
      user: `user-${u}`,
      item: `${kind}-${number}`,
      time: 1_600_000_000 + 60 * place + (u >= USERS - 3 ? 1_000_000 : 0),
      rating: 1 + ((u * 5 + k * k * 3) % 5),
    };
  }),
).flat();

export const ITEMS = [
  ...KINDS.flatMap((kind) => Array.from({ length: 10 }, (_, n) => `${kind}-${n},${kind}`)),
  'new,tree',
];
export const COUNTRIES = ['FR', 'DE', ''];

export function eventsCsv(
  events: readonly Event[],
  columns: readonly (keyof Event)[] = ['user', 'item', 'time'],
): string {
  return `${[columns.join(','), ...events.map((event) => columns.map((name) => event[name]).join(','))].join('\n')}\n`;
}

/** Writes the files of the world. @returns the arguments that name them. */
export function world(folder: string, events: readonly Event[] = EVENTS, columns?: readonly (keyof Event)[]): string[] {
  put(folder, 'events.csv', eventsCsv(events, columns));
  put(folder, 'items.csv', `item,kind\n${ITEMS.join('\n')}\n`);
  const profiles = Array.from({ length: USERS }, (_, u) => `user-${u},${COUNTRIES[u % 4] ?? 'FR'}`);
  put(folder, 'users.csv', `user,country\n${profiles.join('\n')}\n`);
  return ['-u', 'users.csv', '--interactions', 'events.csv', '-i', 'items.csv'];
}

export type Row = Record<string, string>;

export function table(csv: string): Row[] {
  return parse<Row>(csv, { columns: true });
}

/** Runs `evaluate`, which has to succeed. @returns its stdout as `answer` and its stderr as `said`. */
export async function evaluated(folder: string, args: readonly string[]): Promise<{ answer: string; said: string }> {
  const { code, stdout, stderr } = await runInProcess(['evaluate', ...args], { folder });
  expect(code, stderr).toBe(0);
  return { answer: stdout, said: stderr };
}

export const isTimed = ({ metric = '' }: { metric?: string }) =>
  metric === 'learn_seconds' || metric === 'users_per_second';

export function byUser(events: readonly Event[]): Map<string, Event[]> {
  const all = new Map<string, Event[]>();
  for (const event of events) all.set(event.user, [...(all.get(event.user) ?? []), event]);
  return all;
}
