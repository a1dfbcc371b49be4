import { longestRow } from '../matrix/sparse.js';
import { MAX_SHORT_INDICES, ProgramLayout } from './program.js';
import { entryCount } from './sums.js';
import { plainSystems, type SystemSource, type SystemsOf, writeScaled } from './systems.js';

/** The exports of assembly/systems.ts, which names the parameters. */
type Program = Record<'gather16' | 'gather32', (...parameters: number[]) => void> &
  Record<'solve', (...parameters: number[]) => number>;

/**
 * Systems in WebAssembly, with the same bits as `plainSystems`, which is used if the pairs are too large for the memory of a program. The
 * program has a copy of the pairs in which items are numbered by rank.
 */
export function compiledSystems(module: WebAssembly.Module): SystemsOf {
  return (source, most) => {
    const { layout, at, isShort } = placesOf(source, most);
    if (!layout.fits) return plainSystems(source, most);
    const { diagonal: diagonalOf, rank } = source;
    const { program, buffer } = layout.start<Program>(module);
    copyPairs(source, buffer, at, isShort);
    // The rank and the diagonal of each unknown's item.
    const rows = new Uint32Array(buffer, at.rows, most);
    const diagonal = new Float64Array(buffer, at.diagonal, most);
    // By rank: 4 if the item is in the system, else 0; and its position there.
    const member = new Uint8Array(buffer, at.member, rank.length);
    const place = new Uint16Array(buffer, at.place, rank.length);
    const gather = isShort ? program.gather16 : program.gather32;
    let count = 0;
    return {
      wanted: new Float64Array(buffer, at.wanted, most),
      solution: new Float64Array(buffer, at.solution, most),

      gather(items) {
        count = items.length;
        for (let x = 0; x < count; x++) {
          const item = items[x]!;
          rows[x] = rank[item]!;
          member[rows[x]!] = 4;
          place[rows[x]!] = x;
          diagonal[x] = diagonalOf[item]!;
        }
        const { from, to, index, value, start, column, entry, cell } = at;
        gather(at.rows, count, from, to, index, value, at.member, at.place, start, column, entry, cell);
        for (let x = 0; x < count; x++) member[rows[x]!] = 0;
      },

      solve(steps) {
        const { start, column, cell, wanted, solution, residual, direction, image } = at;
        const { solve } = program;
        return solve(count, steps, start, column, cell, at.diagonal, wanted, solution, residual, direction, image);
      },
    };
  };
}

/** Copies the pairs into the memory of the program and numbers their items by rank. */
function copyPairs(
  { pairs, scale, rank }: SystemSource,
  buffer: ArrayBuffer,
  at: Places['at'],
  isShort: boolean,
): void {
  const entries = entryCount(pairs);
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
}

type Places = ReturnType<typeof placesOf>;

/** The address of each array in the program's memory. */
function placesOf(source: SystemSource, most: number) {
  const entries = entryCount(source.pairs);
  const items = source.rank.length;
  const isShort = items <= MAX_SHORT_INDICES;
  const layout = new ProgramLayout();
  const longest = source.pairs.parts.reduce((most, part) => Math.max(most, longestRow(part)), 0);
  const cells = (most * (most - 1)) / 2;
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
    // One cell more than a row has, because the program writes an entry before it decides whether to keep it.
    entry: layout.room((longest + 1) * 4),
    cell: layout.room(cells * 4),
    member: layout.room(items),
    place: layout.room(items * 2),
    from: layout.room(items * 4),
    to: layout.room(items * 4),
    index: layout.room(entries * (isShort ? 2 : 4)),
    value: layout.room(entries * 4),
  };
  return { layout, at, isShort };
}
