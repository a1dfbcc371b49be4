import { type Block, type BlockOf, NO_TIES, PANEL, PlainBlock, TILE, type Ties } from './blocks.js';
import { ProgramLayout } from './program.js';

/** What assembly/blocks.ts exports; it has the parameters' names. */
type Program = Record<'smooth' | 'addSquare' | 'divide', (...parameters: number[]) => void>;

/** Blocks in a compiled program, or in plain arrays where they are more than it can address. */
export function compiledBlocks(module: WebAssembly.Module): BlockOf {
  return (rows, rank, ties = NO_TIES) => {
    const places = placesOf(rows, rank, ties);
    return places.layout.fits ? new CompiledBlock(module, rows, rank, ties, places) : new PlainBlock(rows, rank, ties);
  };
}

/** The numbers of `PlainBlock` to the same bits, in WebAssembly, four or two at a time. */
class CompiledBlock implements Block {
  readonly rows: number;
  readonly rank: number;
  readonly panels: Float32Array[];
  readonly square: Float64Array;
  readonly image: Float32Array;
  readonly #program: Program;
  readonly #at: Places['at'];
  readonly #u: Float64Array;
  readonly #divided: Float32Array;

  constructor(module: WebAssembly.Module, rows: number, rank: number, { likes, weight }: Ties, { layout, at }: Places) {
    const { program, buffer } = layout.start<Program>(module);
    this.rows = rows;
    this.rank = rank;
    this.panels = Array.from(
      { length: rank / PANEL },
      (_, p) => new Float32Array(buffer, this.#panelAt(at.panels, p), rows * PANEL),
    );
    this.square = new Float64Array(buffer, at.square, rank * rank);
    this.image = new Float32Array(buffer, at.image, weight.length * PANEL);
    new Uint32Array(buffer, at.start, likes.start.length).set(likes.start);
    new Uint32Array(buffer, at.items, likes.items.length).set(likes.items);
    new Float32Array(buffer, at.weight, weight.length).set(weight);
    this.#program = program;
    this.#at = at;
    this.#u = new Float64Array(buffer, at.u, rank * rank);
    this.#divided = new Float32Array(buffer, at.divided, TILE * rank);
  }

  smooth(panel: number, from: number, to: number): void {
    const { panels, start, items, weight, image } = this.#at;
    this.#program.smooth(start, items, weight, this.#panelAt(panels, panel), image, from, to);
  }

  addSquare(from: number, to: number): void {
    const { panels, square, tile } = this.#at;
    this.#program.addSquare(panels, square, tile, this.rows, this.rank, from, to);
  }

  divided(from: number, to: number, u: Float64Array): Float32Array {
    const { panels, tile, divided } = this.#at;
    this.#u.set(u);
    this.#program.divide(panels, this.#at.u, tile, divided, this.rows, this.rank, from, to);
    return this.#divided.subarray(0, (to - from) * this.rank);
  }

  #panelAt(panels: number, panel: number): number {
    return panels + 4 * PANEL * this.rows * panel;
  }
}

type Places = ReturnType<typeof placesOf>;

/** The address of each array in the program's memory. */
function placesOf(rows: number, rank: number, { likes, weight }: Ties) {
  const layout = new ProgramLayout();
  const at = {
    panels: layout.room(4 * rows * rank),
    image: layout.room(4 * PANEL * weight.length),
    start: layout.room(4 * likes.start.length),
    items: layout.room(4 * likes.items.length),
    weight: layout.room(4 * weight.length),
    square: layout.room(8 * rank * rank),
    u: layout.room(8 * rank * rank),
    tile: layout.room(8 * TILE * rank),
    divided: layout.room(4 * TILE * rank),
  };
  return { layout, at };
}
