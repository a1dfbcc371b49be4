import { type BlockOf, plainBlock } from './blocks.js';
import { compiledBlocks } from './compiled-blocks.js';
import { compiledProducts } from './compiled-products.js';
import { compiledSums } from './compiled-sums.js';
import { compiledSystems } from './compiled-systems.js';
import { type ProductsOf, plainProducts } from './products.js';
import { compiledProgram } from './program.js';
import { plainSums, type SumsOf } from './sums.js';
import { plainSystems, type SystemsOf } from './systems.js';

/** The inner loops that take nearly all of a run's time. Every kernel adds in the same order, so all give the same bits. */
export interface Kernel {
  sumsOf: SumsOf;
  systemsOf: SystemsOf;
  blockOf: BlockOf;
  productsOf: ProductsOf;
}

/** The loops of assembly/; what is too large for them runs in the plain ones. @throws where `npm run build` has not been run. */
export function compiledKernel(path?: URL): Kernel {
  const module = compiledProgram(path);
  return {
    sumsOf: compiledSums(module),
    systemsOf: compiledSystems(module),
    blockOf: compiledBlocks(module),
    productsOf: compiledProducts(module),
  };
}

/**
 * The same loops in JavaScript. A compiled program addresses 4 GB, which a real run can exceed: a model with 200 targets
 * an item at 2.7 million items, the pairs of as many, or baskets with 540 million likes. So they stay, kept short rather than fast,
 * and the tests hold the compiled loops to them.
 */
export const PLAIN_KERNEL: Kernel = {
  sumsOf: plainSums,
  systemsOf: plainSystems,
  blockOf: plainBlock,
  productsOf: plainProducts,
};

/** Sums of entries where they lie: processes that map one file share its memory. */
export const SHARED_SUMS: SumsOf = (entries, most) => plainSums(entries, most, true);
