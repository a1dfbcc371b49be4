import type { SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';

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
