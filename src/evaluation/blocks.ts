import { Random } from '../matrix/sampling.js';
import type { Table } from './tables.js';

/**
 * Rows of a table (users) put together: block b holds the sums of `size[b]` rows. Their means are what chance is asked
 * about, so the sums are all that is needed of them.
 */
export interface Blocks {
  /** blocks × columns. */
  sums: Table;
  /** By block: how many rows it holds, 1 or more. */
  size: Float64Array;
}

/** More rows than these share blocks. The width of an interval from 4,000 blocks is known to about 1 in 90. */
const MOST_BLOCKS = 4000;
const BLOCKS_STREAM = 0xb10c;

/**
 * Every row its own block, as long as there are few; more than 4,000 rows are dealt by lot to 4,000 blocks, so that
 * intervals and tests of a million users cost what those of 4,000 do. Blocks drawn by lot vary as their rows do: the
 * variance of a mean of block means is that of the mean of the rows (batch means with independent rows).
 */
export function inBlocks(table: Table, seed: number): Blocks {
  const { rows, columns, values } = table;
  if (rows <= MOST_BLOCKS) return { sums: table, size: new Float64Array(rows).fill(1) };
  const sums = new Float64Array(MOST_BLOCKS * columns);
  const size = new Float64Array(MOST_BLOCKS);
  shuffled(rows, new Random(seed, BLOCKS_STREAM)).forEach((row, at) => {
    const block = at % MOST_BLOCKS;
    size[block]!++;
    for (let c = 0; c < columns; c++) sums[block * columns + c]! += values[row * columns + c]!;
  });
  return { sums: { rows: MOST_BLOCKS, columns, values: sums }, size };
}

/** 0 to n − 1 in an order of chance (Fisher and Yates; Durstenfeld, 1964). */
function shuffled(n: number, chance: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const other = chance.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}
