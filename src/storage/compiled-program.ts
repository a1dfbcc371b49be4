import { readFileSync } from 'node:fs';
import { systemCode } from '../failure.js';

/** Where the build leaves compiled programs: `dist`, from `src/storage/` and from `dist/storage/` alike. */
const BUILT = new URL('../../dist/', import.meta.url);

/** The compiled program of assembly/<name>.ts; undefined where it was not built. */
export function compiledProgram(name: string, built = BUILT): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(readFileSync(new URL(`${name}.wasm`, built)));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
