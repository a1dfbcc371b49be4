import { longestRow, type SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
import { indexType, programArrays } from './program.js';
import { entryCount } from './sums.js';

/** Solves one linear system after another, one for each row:  (G̃_NN + λI) y = wanted, symmetric and positive definite. */
export interface Systems {
  /** The right side, one value for each unknown. The caller sets it before `solve`. */
  readonly wanted: Float64Array;
  /** The result of `solve`. */
  readonly solution: Float64Array;
  /** Builds the system of some items, sorted by evidence, most first: the pairs of each item are then with items before it. */
  gather(items: Uint32Array): void;
  /**
   * Takes some steps of conjugate gradients from 0, preconditioned by the diagonal (Hestenes and Stiefel, 1952).
   * @returns wanted · solution, which rises with every step.
   */
  solve(steps: number): number;
}

/** The data that systems are built from. */
export interface SystemSource {
  /** G: each pair in the row of the item with less evidence. */
  pairs: StackedRows;
  /** By item: the diagonal of S, where G̃ = S G S. */
  scale: Float64Array;
  /** G̃_jj + λ by item. */
  diagonal: Float64Array;
  /** By item: its rank by evidence; the item with the most has 0. */
  rank: Uint32Array;
}

/** @param most the largest number of unknowns. */
export type SystemsOf = (source: SystemSource, most: number) => Systems;

/** Writes the values of a part, scaled by row and by column, to an array from `at` on. @param first the item of the part's first row. */
export function writeScaled(
  { rows, start, index, value }: SparseRows,
  first: number,
  scale: Float64Array,
  to: Float32Array,
  at: number,
): void {
  for (let row = 0; row < rows; row++) {
    const own = scale[first + row]!;
    for (let e = start[row]!, end = start[row + 1]!; e < end; e++) to[at + e] = value[e]! * (own * scale[index[e]!]!);
  }
}

/**
 * Systems in JavaScript arrays; kernel.ts says when they are used. Only the triangle below the diagonal is kept, by rows,
 * without its zeros:
 *
 *     row x:  diagonal[x],  column[start[x] .. start[x+1]) < x  and the values beside them
 */
export function plainSystems({ pairs, scale, diagonal: diagonalOf }: SystemSource, most: number): Systems {
  const scaled = scaledPairs(pairs, scale);
  const vector = () => new Float64Array(most);
  const [wanted, solution, diagonal] = [vector(), vector(), vector()];
  const [residual, direction, image] = [vector(), vector(), vector()];
  // By item: its position in the system plus 1; all 0 between systems.
  const place = new Uint16Array(diagonalOf.length);
  const start = new Uint32Array(most + 1);
  const column = new Uint16Array((most * (most - 1)) / 2);
  const value = new Float32Array(column.length);
  let count = 0;

  /** image = matrix · direction; each value below the diagonal stands for its mirror as well. */
  const multiply = () => {
    for (let x = 0; x < count; x++) {
      const own = direction[x]!;
      let sum = diagonal[x]! * own;
      for (let e = start[x]!; e < start[x + 1]!; e++) {
        const y = column[e]!;
        sum += value[e]! * direction[y]!;
        image[y]! += value[e]! * own;
      }
      image[x] = sum;
    }
  };

  return {
    wanted,
    solution,

    gather(items) {
      items.forEach((item, x) => {
        place[item] = x + 1;
      });
      let filled = 0;
      items.forEach((item, x) => {
        const { part, from, to } = scaled.row(item);
        for (let e = from; e < to; e++) {
          const y = place[part.index[e]!]!;
          if (y === 0) continue;
          column[filled] = y - 1;
          value[filled++] = part.value[e]!;
        }
        diagonal[x] = diagonalOf[item]!;
        start[x + 1] = filled;
      });
      for (const item of items) place[item] = 0;
      count = items.length;
    },

    solve(steps) {
      solution.fill(0, 0, count);
      let length = 0;
      for (let x = 0; x < count; x++) {
        residual[x] = wanted[x]!;
        direction[x] = residual[x]! / diagonal[x]!;
        length += residual[x]! * direction[x]!;
      }
      for (let step = 0; step < steps && length > 0; step++) {
        multiply();
        let curvature = 0;
        for (let x = 0; x < count; x++) curvature += image[x]! * direction[x]!;
        // Only rounding can leave a direction without curvature, and then more steps do not improve the solution.
        if (!(curvature > 0)) break;
        const stride = length / curvature;
        let next = 0;
        for (let x = 0; x < count; x++) {
          solution[x]! += stride * direction[x]!;
          residual[x]! -= stride * image[x]!;
          image[x] = residual[x]! / diagonal[x]!;
          next += residual[x]! * image[x]!;
        }
        const kept = next / length;
        for (let x = 0; x < count; x++) direction[x] = image[x]! + kept * direction[x]!;
        length = next;
      }
      let explained = 0;
      for (let x = 0; x < count; x++) explained += solution[x]! * wanted[x]!;
      return explained;
    },
  };
}

function scaledPairs(pairs: StackedRows, scale: Float64Array): StackedRows {
  const scaled = pairs.parts.map((part, k) => {
    const value = new Float32Array(part.value.length);
    writeScaled(part, pairs.from[k]!, scale, value, 0);
    return { ...part, value };
  });
  return new StackedRows(scaled, pairs.from, pairs.rows);
}

/** The exports of assembly/systems.ts, which names the parameters. */
type Program = Record<'gather16' | 'gather32', (...parameters: number[]) => void> &
  Record<'solve', (...parameters: number[]) => number>;

/**
 * Systems in WebAssembly, with the same bits as `plainSystems`, which is used if the pairs are too large for the memory of a program. The
 * program has a copy of the pairs in which items are numbered by rank.
 */
export function compiledSystems(module: WebAssembly.Module): SystemsOf {
  return (source, most) => {
    const { pairs, scale, diagonal: diagonalOf, rank } = source;
    const items = rank.length;
    const Index = indexType(items);
    const cells = (most * (most - 1)) / 2;
    const longest = pairs.parts.reduce((most, part) => Math.max(most, longestRow(part)), 0);
    const placed = programArrays({
      wanted: [Float64Array, most],
      solution: [Float64Array, most],
      diagonal: [Float64Array, most],
      residual: [Float64Array, most],
      direction: [Float64Array, most],
      image: [Float64Array, most],
      // The rank of each unknown's item.
      rows: [Uint32Array, most],
      start: [Uint32Array, most + 1],
      column: [Uint16Array, cells],
      // One cell more than a row has, because the program writes an entry before it decides whether to keep it.
      entry: [Uint32Array, longest + 1],
      cell: [Float32Array, cells],
      // By rank: 4 if the item is in the system, else 0; and its position there.
      member: [Uint8Array, items],
      place: [Uint16Array, items],
      from: [Uint32Array, items],
      to: [Uint32Array, items],
      index: [Index, entryCount(pairs)],
      value: [Float32Array, entryCount(pairs)],
    });
    if (!placed) return plainSystems(source, most);
    const { at, arrays } = placed;
    const { rows, diagonal, member, place } = arrays;
    const program = placed.start<Program>(module);
    const gather = Index === Uint16Array ? program.gather16 : program.gather32;
    let filled = 0;
    pairs.parts.forEach((part, k) => {
      for (let row = 0; row < part.rows; row++) {
        const own = rank[pairs.from[k]! + row]!;
        arrays.from[own] = filled + part.start[row]!;
        arrays.to[own] = filled + part.start[row + 1]!;
      }
      for (let e = 0; e < part.index.length; e++) arrays.index[filled + e] = rank[part.index[e]!]!;
      writeScaled(part, pairs.from[k]!, scale, arrays.value, filled);
      filled += part.index.length;
    });
    let count = 0;
    return {
      wanted: arrays.wanted,
      solution: arrays.solution,

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
