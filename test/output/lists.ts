import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { TextColumn } from '../../src/output/formats.js';

/** A score rounded to significant digits, as JavaScript writes it. */
export function scoreText(score: number, digits = 6): string {
  return String(Number(score.toPrecision(digits)));
}

/** The default columns of an output. */
export function usualColumns({ users, items, titles }: Omit<World, 'lists'>, withTitles: boolean): TextColumn[] {
  return [
    { name: 'user_id', kind: 'user', texts: users },
    { name: 'item_id', kind: 'item', texts: items },
    { name: 'rank', kind: 'rank', texts: [] },
    { name: 'score', kind: 'score', texts: [] },
    ...(withTitles ? [{ name: 'title', kind: 'item' as const, texts: titles }] : []),
  ];
}

/** An entry of a list, with the parts that all formats have. */
export interface Entry {
  item_id: string;
  score: number;
  title: string;
}

/** A user's list with ids instead of indices. */
export interface UserList {
  user_id: string;
  items: Entry[];
}

/** Texts that are hard to write: quotes, line breaks, control characters, look-alikes of numbers, other scripts. */
const HARD = [
  '"',
  ',',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\u0001',
  '\u001f',
  '\u007f',
  '\u0085',
  '\u2028',
  'b\ufeff',
  ' ',
  '\\',
  "'",
];
const LIKE_NUMBERS = [
  '0012',
  '1e5',
  '-0',
  '1.50',
  '9007199254740993',
  'NaN',
  'null',
  'true',
  '=1+1',
  '+3',
  '@x',
  'ñandú',
  '日本',
  '👩‍💻',
];
export const anyText = fc.oneof(
  fc.constantFrom(...LIKE_NUMBERS, ...HARD),
  fc
    .array(fc.oneof(fc.constantFrom(...HARD), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join('')),
);

export interface World {
  users: string[];
  items: string[];
  titles: string[];
  lists: { items: Uint32Array; scores: Float64Array }[];
  listLength: number;
}

export const anyWorld: fc.Arbitrary<World> = fc
  .record({
    users: fc.uniqueArray(anyText, { minLength: 1, maxLength: 6 }),
    items: fc.uniqueArray(anyText, { minLength: 1, maxLength: 8 }),
    seed: fc.array(fc.array(fc.nat(), { maxLength: 5 }), { minLength: 6, maxLength: 6 }),
    titles: fc.array(fc.oneof(anyText, fc.constant('')), { minLength: 8, maxLength: 8 }),
    scale: fc.constantFrom(1, 1e-9, 12_345.678, -3),
  })
  .map(({ users, items, seed, titles, scale }) => ({
    users,
    items,
    titles: titles.slice(0, items.length),
    lists: users.map((_, user) => {
      const listed = [...new Set(seed[user]!.map((x) => x % items.length))];
      const scores = Float64Array.from(listed, (item, rank) => scale * (1 / (rank + 1) + item / 1e4));
      return { items: Uint32Array.from(listed), scores };
    }),
    listLength: 5,
  }));

/** The lists of a world with ids instead of indices. */
export function listsOf({ users, items, titles, lists }: World): UserList[] {
  return lists.map((list, user) => ({
    user_id: users[user]!,
    items: Array.from(list.items, (item, place) => ({
      item_id: items[item]!,
      score: Number(scoreText(list.scores[place]!)),
      title: titles[item]!,
    })),
  }));
}

/* The formats, written slowly and as plainly as possible. */

export function slowWide(lists: readonly UserList[], listLength: number, withTitles: boolean): string {
  const places = Array.from({ length: listLength }, (_, k) => k);
  const header = ['user_id', ...places.flatMap((k) => [`item_${k + 1}`, ...(withTitles ? [`title_${k + 1}`] : [])])];
  const rows = lists.map(({ user_id, items }) => [
    user_id,
    ...places.flatMap((k) => [items[k]?.item_id ?? '', ...(withTitles ? [items[k]?.title ?? ''] : [])]),
  ]);
  return stringify([header, ...rows], { quoted_match: /\r/ });
}

export function slowObjects(lists: readonly UserList[], withTitles: boolean): object[] {
  return lists.map(({ user_id, items }) => ({
    user_id,
    items: items.map(({ item_id, score, title }, k) => ({
      item_id,
      rank: k + 1,
      score,
      ...(withTitles ? { title } : {}),
    })),
  }));
}

export function slowRows(lists: readonly UserList[], withTitles: boolean): object[] {
  return lists.flatMap(({ user_id, items }) =>
    items.map(({ item_id, score, title }, k) => ({
      user_id,
      item_id,
      rank: k + 1,
      score,
      ...(withTitles ? { title } : {}),
    })),
  );
}

/** Reads the lists from the CSV of the main command, which leaves out users without a list. */
export function listsInCsv(csv: string): UserList[] {
  const lists = new Map<string, Entry[]>();
  for (const { user_id = '', item_id = '', score, title = '' } of parse<Record<string, string>>(csv, {
    columns: true,
  })) {
    const list = lists.get(user_id) ?? [];
    lists.set(user_id, [...list, { item_id, score: Number(score), title }]);
  }
  return [...lists].map(([user_id, items]) => ({ user_id, items }));
}
