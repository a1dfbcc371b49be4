import { type BlockOf, compiledBlocks, plainBlock } from './blocks.js';
import { type CountsOf, compiledCounts, plainCounts } from './counts.js';
import { compiledProducts, type ProductsOf, plainProducts } from './products.js';
import { compiledProgram } from './program.js';
import { compiledSums, plainSums, type SumsOf } from './sums.js';
import { compiledSystems, plainSystems, type SystemsOf } from './systems.js';

/** The inner loops, which take nearly all of a run's time. Every kernel adds in the same order, so all give the same bits. */
export interface Kernel {
  countsOf: CountsOf;
  sumsOf: SumsOf;
  systemsOf: SystemsOf;
  blockOf: BlockOf;
  productsOf: ProductsOf;
}

/** The loops of assembly/. Data too large for them goes to the plain loops. @throws if `npm run build` has not been run. */
export function compiledKernel(path?: URL): Kernel {
  const module = compiledProgram(path);
  return {
    countsOf: compiledCounts(module),
    sumsOf: compiledSums(module),
    systemsOf: compiledSystems(module),
    blockOf: compiledBlocks(module),
    productsOf: compiledProducts(module),
  };
}

/**
 * The same loops in JavaScript. A compiled program addresses 4 GB, which a real run can exceed: a model with 200 targets an item at
 * 2.7 million items, that many pairs, or baskets with 540 million likes. So these loops are needed. They are written to be short, not
 * fast, and the tests compare the compiled loops with them.
 */
export const PLAIN_KERNEL: Kernel = {
  countsOf: plainCounts,
  sumsOf: plainSums,
  systemsOf: plainSystems,
  blockOf: plainBlock,
  productsOf: plainProducts,
};

/** Sums that read the entries without copying them, so that processes that map the same file share its memory. */
export const SHARED_SUMS: SumsOf = (entries, most) => plainSums(entries, most, {}, true);
