import { readFileSync } from 'node:fs';
import { systemCode } from '../failure.js';
import { compiledSums } from '../model/compiled-sums.js';
import { compiledSystems } from '../model/compiled-systems.js';
import { type Kernel, PLAIN_KERNEL } from '../model/fit.js';

/** What the build makes of assembly/: in `dist`, from `src/storage/` and from `dist/storage/` alike. */
const PROGRAM = new URL('../../dist/kernel.wasm', import.meta.url);

/** The inner loops as compiled programs; in plain arrays, which give the same bits, where they were not built. */
export function compiledKernel(program = PROGRAM): Kernel {
  try {
    const module = new WebAssembly.Module(readFileSync(program));
    return { sumsOf: compiledSums(module), systemsOf: compiledSystems(module) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return PLAIN_KERNEL;
    throw error;
  }
}
