import type { SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';

/** The linear systems of rows, one after the other:  (G̃_NN + λI) y = wanted, symmetric and positive definite. */
export interface Systems {
  /** The right side, by place in the system; set before `solve`. */
  readonly wanted: Float64Array;
  /** What `solve` found. */
  readonly solution: Float64Array;
  /** Begins the system among some items, most evidence first: each one's pairs are then among those before it. */
  gather(items: Uint32Array): void;
  /**
   * Takes some steps of conjugate gradients from 0, preconditioned by the diagonal (Hestenes and Stiefel, 1952).
   * @returns wanted · solution, which rises with every step.
   */
  solve(steps: number): number;
}

/** What systems are gathered from. */
export interface SystemSource {
  /** G: each pair in the row of the item with less evidence. */
  pairs: StackedRows;
  /** By item: S, which makes G̃ = S G S of it. */
  scale: Float64Array;
  /** G̃_jj + λ by item. */
  diagonal: Float64Array;
  /** By item: its place among all, most evidence first. */
  rank: Uint32Array;
}

/** @param most the largest number of unknowns. */
export type SystemsOf = (source: SystemSource, most: number) => Systems;

/** Writes a part's values, each scaled by its row and its column, to an array from `at` on. @param first the item of its first row. */
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
  // By item: its place in the system plus 1; all 0 between systems.
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
        // Rounding alone can leave a direction without curvature: the solution is as good as it gets.
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
