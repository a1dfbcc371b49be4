import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';

/** What the lists must consist of. */
export interface Known {
  /** All users who may have a list, in the order of the output. */
  users: readonly string[];
  /** Items of a user that must not be in their list. */
  excluded: (user: string) => ReadonlySet<string>;
  offered: ReadonlySet<string>;
}

/**
 * Parses the lists of an output and checks its laws: complete CSV, one block per user, ranks from 1 to at most N without a gap,
 * scores that never rise, no item twice. With `known`, also: users in its order, only offered and no excluded items, and a list as
 * full as possible for every user with an item left. @returns item ids by user.
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
  if (known) checkFull(lists, most, known);
  return lists;
}

function checkFull(
  lists: ReadonlyMap<string, readonly string[]>,
  n: number,
  { users, excluded, offered }: Known,
): void {
  const left = users.map((user) => [...offered].filter((item) => !excluded(user).has(item)).length);
  expect([...lists.keys()]).toEqual(users.filter((_, at) => (left[at] ?? 0) > 0));
  users.forEach((user, at) => {
    const list = lists.get(user) ?? [];
    expect(list.length).toBe(Math.min(n, left[at] ?? 0));
    expect(list.filter((item) => excluded(user).has(item) || !offered.has(item))).toEqual([]);
  });
}
