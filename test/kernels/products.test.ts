import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import type { ProductsOf } from '../../src/kernels/products.js';

const numbers = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const worlds = fc.integer({ min: 1, max: 5 }).chain((quarter) => {
  const length = 4 * quarter;
  return fc.record({
    length: fc.constant(length),
    rows: fc.array(fc.array(numbers, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 12 }),
    added: fc.array(fc.record({ row: fc.nat(), weight: fc.double({ noNaN: true, min: -1e3, max: 1e3 }) }), {
      maxLength: 8,
    }),
    wanted: fc.array(fc.nat(), { maxLength: 30 }),
  });
});

/** The vector after the additions, its products with the wanted rows, and the rows. */
function resultsOf(
  productsOf: ProductsOf,
  { length, rows, added, wanted }: typeof worlds extends fc.Arbitrary<infer T> ? T : never,
) {
  const products = productsOf(Float32Array.from(rows.flat()), length);
  products.vector.fill(0);
  for (const { row, weight } of added) products.add(row % rows.length, weight);
  const out = new Float64Array(wanted.length);
  products.multiply(
    Uint32Array.from(wanted, (row) => row % rows.length),
    out,
  );
  return { vector: Array.from(products.vector), out: Array.from(out), rows: Array.from(products.rows) };
}

test('the compiled program adds and multiplies rows with the same bits as plain arrays', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      expect(resultsOf(compiledKernel().productsOf, world)).toEqual(resultsOf(PLAIN_KERNEL.productsOf, world));
    }),
    { numRuns: 50 },
  );
});

test('multiplying more rows than fit into one call gives the same as multiplying them one by one', () => {
  const length = 16;
  const rows = Float32Array.from({ length: 3000 * length }, (_, k) => Math.fround(Math.sin(k)));
  const [fast, slow] = [compiledKernel().productsOf(rows, length), PLAIN_KERNEL.productsOf(rows, length)];
  const wanted = Uint32Array.from({ length: 2500 }, (_, k) => (k * 7) % 3000);
  for (const first of [3, 2999]) {
    for (const products of [fast, slow]) {
      products.vector.fill(0);
      products.add(first, 0.3);
      products.add(0, -2);
    }
    const [a, b] = [new Float64Array(wanted.length), new Float64Array(wanted.length)];
    fast.multiply(wanted, a);
    for (const [k, row] of wanted.entries()) slow.multiply(Uint32Array.of(row), b.subarray(k, k + 1));
    expect(a).toEqual(b);
  }
});

test('the products are exact for small integers', () => {
  const rows = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  for (const { productsOf } of [compiledKernel(), PLAIN_KERNEL]) {
    const products = productsOf(rows, 4);
    products.vector.set([1, 10, 100, 1000]);
    const out = new Float64Array(2);
    products.multiply(Uint32Array.of(1, 0), out);
    expect(Array.from(out)).toEqual([8765, 4321]);
  }
});
