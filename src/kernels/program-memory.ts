/** Where arrays lie in the memory of a compiled program: each behind the one before, at multiples of 8 bytes. */
export class ProgramLayout {
  // The first bytes are the program's own.
  #end = 1024;

  /** The address of so many bytes more. */
  room(bytes: number): number {
    const from = this.#end;
    this.#end += Math.ceil(bytes / 8) * 8;
    return from;
  }

  /** True where all of it can be addressed: 4 GB. */
  get fits(): boolean {
    return this.#pages <= MOST_PAGES;
  }

  /** Starts a program in memory of its own. @typeParam Program what it exports, on the word of whoever compiled it. */
  start<Program>(module: WebAssembly.Module): { program: Program; buffer: ArrayBuffer } {
    const memory = new WebAssembly.Memory({ initial: this.#pages });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { program: exports as Program, buffer: memory.buffer };
  }

  get #pages(): number {
    return Math.ceil(this.#end / PAGE);
  }
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/** Items up to this many are named in two bytes. */
export const MOST_SHORT = 65_536;
