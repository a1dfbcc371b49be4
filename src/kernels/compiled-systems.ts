import { MOST_SHORT, ProgramLayout } from './program.js';
import { entryCount } from './sums.js';
import { PlainSystems, type SystemSource, type Systems, type SystemsOf, writeScaled } from './systems.js';

/** What assembly/systems.ts exports; it has the parameters' names. */
type Program = Record<'gather16' | 'gather32', (...parameters: number[]) => void> &
  Record<'solve', (...parameters: number[]) => number>;

/** Systems in a compiled program, or in plain arrays where the pairs are more than it can address. */
export function compiledSystems(module: WebAssembly.Module): SystemsOf {
  return (source, most) => {
    const place = placesOf(source, most);
    return place.layout.fits ? new CompiledSystems(module, source, most, place) : new PlainSystems(source, most);
  };
}

/** The systems and solutions of `PlainSystems` to the same bits, in WebAssembly, from a copy of the pairs by rank. */
class CompiledSystems implements Systems {
  readonly wanted: Float64Array;
  readonly solution: Float64Array;
  readonly #rank: Uint32Array;
  readonly #diagonalOf: Float64Array;
  /** By place in the system: the item's rank, and its diagonal. */
  readonly #rows: Uint32Array;
  readonly #diagonal: Float64Array;
  /** By rank: the place in the system plus 1; all 0 between systems. */
  readonly #place: Uint16Array;
  readonly #gather: (count: number) => void;
  readonly #solve: (count: number, steps: number) => number;
  #count = 0;

  constructor(module: WebAssembly.Module, source: SystemSource, most: number, { layout, at, isShort }: Places) {
    const { pairs, scale, diagonal, rank } = source;
    const { program, buffer } = layout.start<Program>(module);
    this.#rank = rank;
    this.#diagonalOf = diagonal;
    this.wanted = new Float64Array(buffer, at.wanted, most);
    this.solution = new Float64Array(buffer, at.solution, most);
    this.#rows = new Uint32Array(buffer, at.rows, most);
    this.#diagonal = new Float64Array(buffer, at.diagonal, most);
    this.#place = new Uint16Array(buffer, at.place, rank.length);
    const entries = entryCount(source.pairs);
    const index = isShort ? new Uint16Array(buffer, at.index, entries) : new Uint32Array(buffer, at.index, entries);
    const value = new Float32Array(buffer, at.value, entries);
    const from = new Uint32Array(buffer, at.from, rank.length);
    const to = new Uint32Array(buffer, at.to, rank.length);
    let filled = 0;
    pairs.parts.forEach((part, k) => {
      for (let row = 0; row < part.rows; row++) {
        const own = rank[pairs.from[k]! + row]!;
        from[own] = filled + part.start[row]!;
        to[own] = filled + part.start[row + 1]!;
      }
      for (let e = 0; e < part.index.length; e++) index[filled + e] = rank[part.index[e]!]!;
      writeScaled(part, pairs.from[k]!, scale, value, filled);
      filled += part.index.length;
    });
    const gather = isShort ? program.gather16 : program.gather32;
    this.#gather = (count) =>
      gather(at.rows, count, at.from, at.to, at.index, at.value, at.place, at.start, at.column, at.entry, at.cell);
    this.#solve = (count, steps) =>
      program.solve(
        count,
        steps,
        at.start,
        at.column,
        at.cell,
        at.diagonal,
        at.wanted,
        at.solution,
        at.residual,
        at.direction,
        at.image,
      );
  }

  gather(items: Uint32Array): void {
    const place = this.#place;
    const rows = this.#rows;
    this.#count = items.length;
    for (let x = 0; x < items.length; x++) {
      const item = items[x]!;
      rows[x] = this.#rank[item]!;
      place[rows[x]!] = x + 1;
      this.#diagonal[x] = this.#diagonalOf[item]!;
    }
    this.#gather(items.length);
    for (let x = 0; x < items.length; x++) place[rows[x]!] = 0;
  }

  solve(steps: number): number {
    return this.#solve(this.#count, steps);
  }
}

type Places = ReturnType<typeof placesOf>;

/** The address of each array in the program's memory. */
function placesOf(source: SystemSource, most: number) {
  const entries = entryCount(source.pairs);
  const items = source.rank.length;
  const isShort = items <= MOST_SHORT;
  const layout = new ProgramLayout();
  // One more than there can be: the program writes an entry before it decides whether to keep it.
  const cells = (most * (most - 1)) / 2 + 1;
  const vector = () => layout.room(most * 8);
  const at = {
    wanted: vector(),
    solution: vector(),
    diagonal: vector(),
    residual: vector(),
    direction: vector(),
    image: vector(),
    rows: layout.room(most * 4),
    start: layout.room((most + 1) * 4),
    column: layout.room(cells * 2),
    entry: layout.room(cells * 4),
    cell: layout.room(cells * 4),
    place: layout.room(items * 2),
    from: layout.room(items * 4),
    to: layout.room(items * 4),
    index: layout.room(entries * (isShort ? 2 : 4)),
    value: layout.room(entries * 4),
  };
  return { layout, at, isShort };
}
