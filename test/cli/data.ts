import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export const EVENTS = `user,item,rating
ann,oak,5
ann,elm,4
bob,oak,5
bob,elm,5
bob,ash,4
`;

/** Writes a file into a folder. @returns its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Changes a byte in the middle of a file. */
export function alter(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** A row of the output. */
export interface Row {
  user_id: string;
  item_id: string;
  rank: string;
  score: string;
}

export function rowsOf(csv: string): Row[] {
  return parse<Row>(csv, { columns: true });
}

export function rowsIn(path: string): Record<string, string>[] {
  return parse<Record<string, string>>(readFileSync(path, 'utf8'), { columns: true });
}

/** Enough events for many shards: `each` events per user, with some of `items` items, without randomness. */
export function manyEvents(users: number, items: number, each: number): string {
  const lines = ['user,item'];
  for (let user = 0; user < users; user++) {
    for (let k = 0; k < each; k++) lines.push(`user-${user},item-${(user * 7 + k * k * 13) % items}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Lists of item ids by user. */
export function listsOf(csv: string): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const { user_id, item_id } of rowsOf(csv)) lists.set(user_id, [...(lists.get(user_id) ?? []), item_id]);
  return lists;
}
