import { type BlockOf, NO_TIES, PANEL, plainBlock, TILE, type Ties } from './blocks.js';
import { ProgramLayout } from './program.js';

/** The exports of assembly/blocks.ts, which names the parameters. */
type Program = Record<'smooth' | 'addSquare' | 'divide', (...parameters: number[]) => void>;

/**
 * Blocks in WebAssembly, four floats or two doubles at a time, with the same bits as `plainBlock`. Blocks that are too large for the memory
 * of a program are made by `plainBlock`.
 */
export function compiledBlocks(module: WebAssembly.Module): BlockOf {
  return (rows, rank, ties = NO_TIES) => {
    const { layout, at } = placesOf(rows, rank, ties);
    if (!layout.fits) return plainBlock(rows, rank, ties);
    const { program, buffer } = layout.start<Program>(module);
    new Uint32Array(buffer, at.start, ties.likes.start.length).set(ties.likes.start);
    new Uint32Array(buffer, at.items, ties.likes.items.length).set(ties.likes.items);
    new Float32Array(buffer, at.weight, ties.weight.length).set(ties.weight);
    const divisor = new Float64Array(buffer, at.u, rank * rank);
    const divided = new Float32Array(buffer, at.divided, TILE * rank);
    const panelAt = (panel: number) => at.panels + 4 * PANEL * rows * panel;
    return {
      rows,
      rank,
      panels: Array.from({ length: rank / PANEL }, (_, p) => new Float32Array(buffer, panelAt(p), rows * PANEL)),
      square: new Float64Array(buffer, at.square, rank * rank),
      image: new Float32Array(buffer, at.image, ties.weight.length * PANEL),

      smooth: (panel, from, to) => program.smooth(at.start, at.items, at.weight, panelAt(panel), at.image, from, to),

      addSquare: (from, to) => program.addSquare(at.panels, at.square, at.tile, rows, rank, from, to),

      divided(from, to, u) {
        divisor.set(u);
        program.divide(at.panels, at.u, at.tile, at.divided, rows, rank, from, to);
        return divided.subarray(0, (to - from) * rank);
      },
    };
  };
}

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
