import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, type BlockOf, PANEL, TILE } from '../../src/kernels/blocks.js';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';

const USERS = 9;

const worlds = fc.record({
  rows: fc.constantFrom(1, 3, 8, 13, TILE, TILE + 5),
  panels: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer(),
});

/** A generator of numbers from -1 to 1, determined by a seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A block of random numbers, and users who like some of its rows. */
function filled(blockOf: BlockOf, { rows, panels, seed }: { rows: number; panels: number; seed: number }): Block {
  const next = numbers(seed);
  const likes = Array.from({ length: USERS }, () => [...Array(rows).keys()].filter(() => next() > 0.2).slice(0, 40));
  const start = Uint32Array.from([0, ...likes.map((_, user) => likes.slice(0, user + 1).flat().length)]);
  const ties = { likes: { start, index: Uint32Array.from(likes.flat()) }, weight: new Float32Array(rows).map(next) };
  const block = blockOf(rows, panels * PANEL, ties);
  for (const panel of block.panels) panel.set(panel.map(next));
  return block;
}

/** A triangular factor to divide by, stored by column: large on the diagonal, small above it. */
function factor(rank: number, seed: number): Float64Array {
  const next = numbers(seed);
  const u = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) for (let k = 0; k <= i; k++) u[i * rank + k] = k === i ? 2 + next() : next() / 8;
  return u;
}

/** The results of all operations of a block. */
function resultsOf(block: Block, seed: number) {
  const { rows, rank } = block;
  for (let p = 0; p < block.panels.length; p++)
    for (let from = 0; from < USERS; from += 4) block.smooth(p, from, Math.min(USERS, from + 4));
  const u = factor(rank, seed);
  const divided: number[] = [];
  for (let from = 0; from < rows; from += TILE) {
    const to = Math.min(rows, from + TILE);
    block.addSquare(from, to);
    divided.push(...block.divided(from, to, u));
  }
  // The cells below the diagonal are undefined.
  const square = [...block.square].filter((_, at) => at % rank >= Math.floor(at / rank));
  return { image: [...block.image], square, divided };
}

test('the compiled loops give the same bits as the plain ones', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const plain = resultsOf(filled(PLAIN_KERNEL.blockOf, world), world.seed);
      const compiled = resultsOf(filled(compiledKernel().blockOf, world), world.seed);
      expect(compiled).toEqual(plain);
    }),
    { numRuns: 40 },
  );
});

test('dividing by a factor undoes multiplying by it', () => {
  const block = filled(PLAIN_KERNEL.blockOf, { rows: 5, panels: 2, seed: 1 });
  const { rank } = block;
  const u = factor(rank, 2);
  const divided = block.divided(0, 5, u);
  for (let row = 0; row < 5; row++) {
    for (let i = 0; i < rank; i++) {
      const product = [...Array(i + 1).keys()].reduce((sum, k) => sum + divided[row * rank + k]! * u[i * rank + k]!, 0);
      expect(product).toBeCloseTo(block.panels[Math.floor(i / PANEL)]![row * PANEL + (i % PANEL)]!, 5);
    }
  }
});
