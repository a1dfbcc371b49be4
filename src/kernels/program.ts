import { readFileSync } from 'node:fs';
import { inLargePages } from '../matrix/memory.js';

/** The program that `npm run build` compiles from assembly/. The path is the same from `src/kernels/` and from `dist/program/`. */
const PROGRAM = new URL('../../dist/kernel.wasm', import.meta.url);

export function compiledProgram(path?: URL): WebAssembly.Module {
  if (path) return new WebAssembly.Module(readFileSync(path));
  program ??= new WebAssembly.Module(readFileSync(PROGRAM));
  return program;
}

/** Compiled once in each process. */
let program: WebAssembly.Module | undefined;

type ArrayType =
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;
type Shapes = Readonly<Record<string, readonly [type: ArrayType, length: number]>>;
/** Arrays in the memory of a program, and their addresses. */
export type ProgramArrays<S extends Shapes> = Omit<NonNullable<ReturnType<typeof programArrays<S>>>, 'start'>;

/**
 * Lays arrays out in the memory of a compiled program, one after another, at multiples of 16 bytes.
 * @returns the arrays and their addresses; undefined if they do not fit into the 4 GB that a program can address, or if the system does not
 * grant the memory.
 */
export function programArrays<S extends Shapes>(shapes: S) {
  // The program uses the first bytes itself.
  let end = 1024;
  const placed = Object.entries(shapes).map(([name, [type, length]]) => {
    const address = end;
    end += Math.ceil((length * type.BYTES_PER_ELEMENT) / 16) * 16;
    return { name, type, length, address };
  });
  const memory = memoryOf(Math.ceil(end / PAGE));
  if (!memory) return undefined;
  const { buffer } = memory;
  // Rows are read in random order: with pages of 4 KB, address lookups took a quarter of the time for adding rows up.
  inLargePages(buffer);
  const at = Object.fromEntries(placed.map(({ name, address }) => [name, address]));
  const arrays = Object.fromEntries(
    placed.map(({ name, type, length, address }) => [name, new type(buffer, address, length)]),
  );
  return {
    at: at as { readonly [Name in keyof S]: number },
    arrays: arrays as { readonly [Name in keyof S]: ReturnType<S[Name][0]['of']> },

    /** Starts a program with this memory. @typeParam Program its exports, which nothing checks. */
    start: <Program>(module: WebAssembly.Module): Program =>
      new WebAssembly.Instance(module, { env: { memory } }).exports as Program,
  };
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

function memoryOf(pages: number): WebAssembly.Memory | undefined {
  if (pages > MOST_PAGES) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch {
    return undefined;
  }
}

/** The type of indices below `count`: those of up to 65,536 items take two bytes. */
export function indexType(count: number): Uint16ArrayConstructor | Uint32ArrayConstructor {
  return count <= 65_536 ? Uint16Array : Uint32Array;
}
