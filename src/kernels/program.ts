import { readFileSync } from 'node:fs';
import { inLargePages } from '../matrix/memory.js';

/** What `npm run build` makes of assembly/; the path is the same from `src/kernels/` and from `dist/kernels/`. */
const PROGRAM = new URL('../../dist/kernel.wasm', import.meta.url);

export function compiledProgram(path: URL = PROGRAM): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(path));
}

/** Lays arrays out in the memory of a compiled program, one behind the other, at multiples of 8 bytes. */
export class ProgramLayout {
  // The first bytes are the program's own.
  #end = 1024;
  #memory: WebAssembly.Memory | undefined;

  /** Reserves so many bytes. @returns their address. */
  room(bytes: number): number {
    const from = this.#end;
    this.#end += Math.ceil(bytes / 8) * 8;
    return from;
  }

  /** Whether the program can address all of it, which is 4 GB, and the system grants so much: then the memory is taken. */
  get fits(): boolean {
    if (this.#pages > MOST_PAGES) return false;
    try {
      this.#memory ??= new WebAssembly.Memory({ initial: this.#pages });
      return true;
    } catch {
      return false;
    }
  }

  /** Starts a program with memory of its own. @typeParam Program what it exports; nothing checks that it does. */
  start<Program>(module: WebAssembly.Module): { program: Program; buffer: ArrayBuffer } {
    const memory = this.#memory ?? new WebAssembly.Memory({ initial: this.#pages });
    // Rows lie here and there: with pages of 4 KB, finding them took a quarter of the time to add them up.
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

/** The program takes indices of two bytes for up to this many items. */
export const MOST_SHORT = 65_536;
