import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Offer, weighed } from '../../src/kernels/best.js';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { offerOf } from '../../src/ranking/list-rules.js';

const KERNELS = [
  ['plain', PLAIN_KERNEL],
  ['compiled', compiledKernel()],
] as const;

/** Few different numbers, so that many scores are equal. */
const anyNumber = fc.constantFrom(-1, -0.5, 0, 0.25, 0.5, 1, 2);

interface World {
  sums: number[];
  offers: { popularity: number[]; offered: number[]; factor: number[] | undefined }[];
  barred: number[];
  count: number;
}

/** A row of sums, 0 where the row has none, and offers to rank it with. */
const anyWorld = fc.integer({ min: 1, max: 30 }).chain((columns) => {
  const each = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: columns, maxLength: columns });
  const bit = fc.constantFrom(0, 1);
  const offer = fc.record({
    popularity: each(anyNumber),
    offered: each(bit),
    factor: fc.option(each(fc.constantFrom(0.5, 1, 3)), { nil: undefined }),
  });
  return fc.record({
    sums: each(anyNumber),
    offers: fc.array(offer, { minLength: 1, maxLength: 4 }),
    barred: each(bit),
    count: fc.nat(columns + 2),
  });
});

/** Scores every column and sorts. */
function slowBest({ sums, barred, count }: World, { popularity, offered, factor }: World['offers'][number]) {
  return sums
    .map((sum, column) => {
      const score = sum + popularity[column]!;
      return { column, score: factor ? weighed(score, factor[column]!) : score };
    })
    .filter(({ column }) => offered[column] === 1 && barred[column] === 0)
    .sort((a, b) => b.score - a.score || a.column - b.column)
    .slice(0, count);
}

function sumsFor(kernel: (typeof KERNELS)[number][1], rows: number[][], priors: number) {
  const index = Uint32Array.from(rows.flatMap((sums) => sums.flatMap((sum, column) => (sum === 0 ? [] : [column]))));
  const value = Float32Array.from(rows.flatMap((sums) => sums.filter((sum) => sum !== 0)));
  const sums = kernel.sumsOf({ columns: rows[0]!.length, parts: [{ index, value }] }, 1, { priors });
  return { sums, part: { index, value } };
}

test.each(KERNELS)('the best columns are those of scoring and sorting all, with the %s loops', (_, kernel) => {
  fc.assert(
    fc.property(anyWorld, fc.nat(3), (world, priors) => {
      const { sums, part } = sumsFor(kernel, [world.sums], priors);
      const offers = world.offers.map(({ popularity, offered, factor }) => ({
        popularity: Float64Array.from(popularity),
        offer: offerOf(Float64Array.from(popularity), Uint8Array.from(offered), factor && Float64Array.from(factor)),
      }));
      sums.barred.set(world.barred);
      // Twice: a call must leave nothing behind for the next, and what is kept must stay as it was.
      for (const { segments } of [sums, sums]) {
        segments.count = 1;
        segments.from[0] = 0;
        segments.to[0] = part.index.length;
        segments.weight[0] = 1;
        sums.addUp(-1);
        offers.forEach(({ popularity, offer }, k) => {
          const { count, index, value } = sums.best(offer, popularity, world.count);
          const found = Array.from({ length: count }, (_, at) => ({ column: index[at], score: value[at] }));
          expect(found).toEqual(slowBest(world, world.offers[k]!));
        });
      }
    }),
    { numRuns: 500 },
  );
});

test.each(KERNELS)('new values of the rows may come with new weights of a prior, with the %s loops', (_, kernel) => {
  const { sums, part } = sumsFor(kernel, [[1, 1, 1]], 1);
  const offer: Offer = offerOf(Float64Array.of(3, 2, 1), Uint8Array.of(1, 1, 1));
  Object.assign(sums.segments, { count: 1, to: Object.assign(sums.segments.to, { 0: 3 }) });
  sums.segments.weight[0] = 1;
  sums.addUp(-1);
  expect(Array.from(sums.best(offer, offer.prior.weight, 3).index)).toEqual([0, 1, 2]);
  sums.revalue([part]);
  offer.prior.weight.reverse();
  sums.addUp(-1);
  expect(Array.from(sums.best(offer, offer.prior.weight, 3).index)).toEqual([2, 1, 0]);
});

test.each(KERNELS)(
  'a score that is not a number is refused and spoils no later list, with the %s loops',
  (_, kernel) => {
    const { sums } = sumsFor(kernel, [[1, 2, 0]], 2);
    const bad = offerOf(Float64Array.of(3, Number.NaN, 1), Uint8Array.of(1, 1, 1));
    const good = offerOf(Float64Array.of(3, 2, 1), Uint8Array.of(1, 1, 1));
    sums.segments.count = 1;
    sums.segments.to[0] = 2;
    sums.segments.weight[0] = 1;
    sums.addUp(-1);
    expect(() => sums.best(bad, bad.prior.weight, 2)).toThrow(RangeError);
    const { index, value } = sums.best(good, good.prior.weight, 2);
    expect([Array.from(index), Array.from(value)]).toEqual([
      [0, 1],
      [4, 4],
    ]);
  },
);
