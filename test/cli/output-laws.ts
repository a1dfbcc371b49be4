import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';

/** What the lists have to be made of, where it is known. */
export interface Known {
  /** Everybody who may have a list, in their order. */
  users: readonly string[];
  /** Items of a user that must not be in their list. */
  barred: (user: string) => ReadonlySet<string>;
  offered: ReadonlySet<string>;
}

/**
 * Lists of items by user, of an output that obeys the laws: CSV to its end, users in one block each and in their order, ranks
 * from 1 without a gap to N at most, scores that never rise, no item twice, and where it is known none that is barred or not
 * offered. Nobody is left out for whom something is left.
 */
export function lawfulLists(csv: string, most: number, known?: Known): Map<string, string[]> {
  expect(csv.endsWith('\n')).toBe(true);
  const [header, ...rows] = parse(csv);
  expect(header).toEqual(['user_id', 'item_id', 'rank', 'score']);
  const lists = new Map<string, string[]>();
  let before: { user: string; score: number } | undefined;
  for (const [user = '', item = '', rank, score] of rows) {
    const list = lists.get(user) ?? [];
    if (before?.user === user) expect(Number(score)).toBeLessThanOrEqual(before.score);
    else expect(list).toEqual([]);
    expect(score).toMatch(/^-?\d/);
    expect(list).not.toContain(item);
    list.push(item);
    expect(rank).toBe(String(list.length));
    lists.set(user, list);
    before = { user, score: Number(score) };
  }
  for (const list of lists.values()) expect(list.length).toBeLessThanOrEqual(most);
  if (known) agrees(lists, most, known);
  return lists;
}

function agrees(lists: ReadonlyMap<string, readonly string[]>, most: number, { users, barred, offered }: Known): void {
  const left = users.map((user) => [...offered].filter((item) => !barred(user).has(item)).length);
  expect([...lists.keys()]).toEqual(users.filter((_, at) => (left[at] ?? 0) > 0));
  users.forEach((user, at) => {
    const list = lists.get(user) ?? [];
    expect(list.length).toBe(Math.min(most, left[at] ?? 0));
    expect(list.filter((item) => barred(user).has(item) || !offered.has(item))).toEqual([]);
  });
}
