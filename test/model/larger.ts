import { Random } from '../../src/matrix/sampling.js';
import { type Evidence, evidenceOf } from '../../src/model/evidence.js';
import { rowsOf, settingsWith } from './worlds.js';

/** Users who each like up to 30 of many items, some items far more popular than others; strengths are seeded, or all 1. */
export function larger(seed: number, users: number, items: number, strengths: 'any' | 'ones'): Evidence {
  const random = new Random(seed);
  const start = new Uint32Array(users + 1);
  const cells: (readonly [item: number, value: number])[] = [];
  for (let user = 0; user < users; user++) {
    const row = new Map<number, number>();
    for (let k = 0; k < 30; k++) {
      const item = Math.floor(items * (random.next() / 2 ** 32) ** 3);
      row.set(item, strengths === 'ones' ? 1 : 0.25 + random.next() / 2 ** 32);
    }
    cells.push(...[...row].sort(([a], [b]) => a - b));
    start[user + 1] = cells.length;
  }
  const interactions = {
    rows: users,
    columns: items,
    start,
    index: Uint32Array.from(cells, ([item]) => item),
    value: Float32Array.from(cells, ([, value]) => value),
  };
  const none = (count: number) => rowsOf(Array(count).fill([]), 0);
  const offered = new Uint8Array(items).fill(1);
  const seen = { interactions, offered, attributes: none(items), groups: none(users) };
  const settings = settingsWith({ basketDamping: strengths === 'ones' ? 0 : 0.7 });
  return evidenceOf({ ...seen, preferences: none(users) }, settings);
}
