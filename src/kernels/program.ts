import { readFileSync } from 'node:fs';
import { inLargePages } from '../matrix/memory.js';

/** The program that `npm run build` compiles from assembly/. The path is the same from `src/kernels/` and from `dist/program/`. */
const PROGRAM = new URL('../../dist/kernel.wasm', import.meta.url);

export function compiledProgram(path: URL = PROGRAM): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(path));
}

/** Lays arrays out in the memory of a compiled program, one after another, at multiples of 8 bytes. */
export class ProgramLayout {
  // The program uses the first bytes itself.
  #end = 1024;
  #memory: WebAssembly.Memory | undefined;

  /** Reserves some bytes. @returns their address. */
  room(bytes: number): number {
    const from = this.#end;
    this.#end += Math.ceil(bytes / 8) * 8;
    return from;
  }

  /** Whether the layout fits into the 4 GB that a program can address, and the system grants the memory, which is then allocated. */
  get fits(): boolean {
    if (this.#pages > MOST_PAGES) return false;
    try {
      this.#memory ??= new WebAssembly.Memory({ initial: this.#pages });
      return true;
    } catch {
      return false;
    }
  }

  /** Starts a program with its own memory. @typeParam Program its exports, which nothing checks. */
  start<Program>(module: WebAssembly.Module): { program: Program; buffer: ArrayBuffer } {
    const memory = this.#memory ?? new WebAssembly.Memory({ initial: this.#pages });
    // Rows are read in random order: with pages of 4 KB, address lookups took a quarter of the time for adding rows up.
    inLargePages(memory.buffer);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { program: exports as Program, buffer: memory.buffer };
  }

  get #pages(): number {
    return Math.ceil(this.#end / PAGE);
  }
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/** With up to this many items, the program uses 16-bit indices. */
export const MAX_SHORT_INDICES = 65_536;
