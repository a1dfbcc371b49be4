/**
 * The linear system of one row: (G̃_NN + λI) y = wanted, symmetric and positive definite, N in an order of the caller's.
 * Below the diagonal it is kept by rows, cells that are not 0 alone:
 *
 *     row x:  diagonal[x],  column[start[x] .. start[x+1]) < x  and the values beside them
 */
export class CandidateSystem {
  /** The right side; set before `solve`. */
  readonly wanted: Float64Array;
  /** What `solve` found. */
  readonly solution: Float64Array;
  readonly #diagonal: Float64Array;
  readonly #start: Int32Array;
  readonly #column: Int32Array;
  readonly #value: Float32Array;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #image: Float64Array;
  #count = 0;

  /** @param most the largest number of unknowns. */
  constructor(most: number) {
    const vector = () => new Float64Array(most);
    // One cell more than there can be: the last one written may be one that is not kept.
    const cells = (most * (most - 1)) / 2 + 1;
    this.wanted = vector();
    this.solution = vector();
    this.#diagonal = vector();
    this.#start = new Int32Array(most + 1);
    this.#column = new Int32Array(cells);
    this.#value = new Float32Array(cells);
    this.#residual = vector();
    this.#direction = vector();
    this.#image = vector();
  }

  /** Begins another system; the rows follow in their order. */
  begin(): void {
    this.#count = 0;
  }

  /**
   * The next row: of the cells `from` to `to` those whose item has a place before this row's own.
   * @param place by item, its row plus 1; 0 for items that are not in the system.
   */
  addRow(
    diagonal: number,
    index: Uint32Array,
    value: Float32Array,
    from: number,
    to: number,
    place: Uint16Array,
  ): void {
    const column = this.#column;
    const values = this.#value;
    const x = this.#count++;
    let filled = this.#start[x]!;
    for (let e = from; e < to; e++) {
      // Written whether it is in the system or not, and kept if it is: a branch here is guessed wrong half the time.
      const y = place[index[e]!]!;
      column[filled] = y - 1;
      values[filled] = value[e]!;
      filled += -y >>> 31;
    }
    this.#diagonal[x] = diagonal;
    this.#start[x + 1] = filled;
  }

  /**
   * Steps of conjugate gradients from 0, preconditioned by the diagonal (Hestenes and Stiefel, 1952).
   * @returns wanted · solution, which rises with every step.
   */
  solve(steps: number): number {
    const count = this.#count;
    const diagonal = this.#diagonal;
    const wanted = this.wanted;
    const solution = this.solution.fill(0, 0, count);
    const residual = this.#residual;
    const direction = this.#direction;
    const image = this.#image;
    let length = 0;
    for (let x = 0; x < count; x++) {
      residual[x] = wanted[x]!;
      direction[x] = residual[x]! / diagonal[x]!;
      length += residual[x]! * direction[x]!;
    }
    for (let step = 0; step < steps && length > 0; step++) {
      multiply(this.#start, this.#column, this.#value, diagonal, direction, image, count);
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
  }
}

/** image = matrix · vector, each cell below the diagonal used for its mirror as well. */
function multiply(
  start: Int32Array,
  column: Int32Array,
  value: Float32Array,
  diagonal: Float64Array,
  vector: Float64Array,
  image: Float64Array,
  count: number,
): void {
  for (let x = 0; x < count; x++) {
    const own = vector[x]!;
    let sum = diagonal[x]! * own;
    for (let e = start[x]!, end = start[x + 1]!; e < end; e++) {
      const y = column[e]!;
      const cell = value[e]!;
      sum += cell * vector[y]!;
      image[y]! += cell * own;
    }
    image[x] = sum;
  }
}
