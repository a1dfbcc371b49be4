import { Random } from '../../src/matrix/sampling.js';

/** The number of random rows tried for each row that is taken. */
const TRIED = 30;

/**
 * A covering array: rows in which every pair of levels of two factors occurs. It grows row by row: of some random rows that begin with a
 * pair not covered yet, it takes the row that covers most other new pairs (Cohen et al., "The AETG system", 1997).
 * @param levels by factor, the number of its levels: 0, 1, 2 … @returns by row, the level of each factor.
 */
export function coveringArray(levels: readonly number[], seed: number): number[][] {
  const random = new Random(seed);
  const open = new Set<string>();
  const keyOf = (a: number, x: number, b: number, y: number) => (a < b ? `${a}.${x} ${b}.${y}` : `${b}.${y} ${a}.${x}`);
  for (const [a, most] of levels.entries())
    for (let b = 0; b < a; b++)
      for (let x = 0; x < most; x++) for (let y = 0; y < levels[b]!; y++) open.add(keyOf(a, x, b, y));
  /** The new pairs of level x of factor a with the levels already set. */
  const newPairs = (row: readonly (number | undefined)[], a: number, x: number) =>
    row.flatMap((y, b) => {
      const key = y === undefined || a === b ? '' : keyOf(a, x, b, y);
      return open.has(key) ? key : [];
    });
  const grown = (pair: string): number[] => {
    const row: (number | undefined)[] = levels.map(() => undefined);
    for (const [factor, level] of pair.split(' ').map((each) => each.split('.').map(Number))) row[factor!] = level;
    const keys = levels.map(() => random.next());
    for (const factor of [...levels.keys()].sort((a, b) => keys[a]! - keys[b]!)) {
      if (row[factor] !== undefined) continue;
      const first = random.below(levels[factor]!);
      const turned = Array.from({ length: levels[factor]! }, (_, k) => (first + k) % levels[factor]!);
      const gains = turned.map((level) => newPairs(row, factor, level).length);
      row[factor] = turned[gains.indexOf(Math.max(...gains))];
    }
    return row as number[];
  };
  const pairsOf = (row: number[]) => row.flatMap((level, factor) => newPairs(row.slice(0, factor), factor, level));
  const rows: number[][] = [];
  while (open.size > 0) {
    const [pair = ''] = open;
    const tried = Array.from({ length: TRIED }, () => grown(pair));
    const counts = tried.map((row) => pairsOf(row).length);
    const best = tried[counts.indexOf(Math.max(...counts))]!;
    for (const covered of pairsOf(best)) open.delete(covered);
    rows.push(best);
  }
  return rows;
}
