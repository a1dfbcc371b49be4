import { readFileSync } from 'node:fs';
import { systemCode } from '../failure.js';
import { compiledEvents, type EventScannerOf } from '../input/compiled-events.js';
import { compiledSums } from '../model/compiled-sums.js';
import { compiledSystems } from '../model/compiled-systems.js';
import { type Kernel, PLAIN_KERNEL } from '../model/fit.js';

/** What the build makes of assembly/: in `dist`, from `src/storage/` and from `dist/storage/` alike. */
const PROGRAM = new URL('../../dist/kernel.wasm', import.meta.url);

/** The inner loops as compiled programs; in plain arrays, which give the same bits, where they were not built. */
export function compiledKernel(program = PROGRAM): Kernel {
  const module = compiled(program);
  return module ? { sumsOf: compiledSums(module), systemsOf: compiledSystems(module) } : PLAIN_KERNEL;
}

/** Likewise, what reads plain rows; undefined where it was not built. */
export function compiledScanner(program = PROGRAM): EventScannerOf | undefined {
  const module = compiled(program);
  return module && compiledEvents(module);
}

function compiled(program: URL): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(readFileSync(program));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
