import { readFileSync } from 'node:fs';
import { compiledEvents, type EventScannerOf } from '../events/compiled-events.js';
import { systemCode } from '../failure.js';
import { type Kernel, PLAIN_KERNEL } from '../model/fit.js';
import { compiledSums } from './compiled-sums.js';
import { compiledSystems } from './compiled-systems.js';

/** What the build makes of assembly/: in `dist`, from `src/kernels/` and from `dist/kernels/` alike. */
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
