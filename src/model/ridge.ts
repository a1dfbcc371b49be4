import type { Evidence } from './evidence.js';
import { dampedDegrees } from './gram.js';
import type { PiecedRows } from './pieces.js';
import type { RowWriter } from './rows.js';
import { inversePower, type Settings } from './settings.js';
import { TopN } from './top-n.js';

/** Below this many likes an item, on average, λ is as set; above, it falls. */
const THIN = 20;
const THINNING = 0.75;

/**
 * The rows of items by ridge regression of each item on its K candidates, after EASE (Steck, "Embarrassingly shallow
 * autoencoders for sparse data", WWW 2019) and the sparse approximate inverse (Grote and Huckle, 1997):
 *
 *     G̃ = S G S,   S = diag(d^(-a/2))                    the scaled Gram matrix
 *     (G̃_NN + λI) y = G̃_Ni                               N: the K targets with the largest G_ij / d_j^s
 *     P_i = 1 / (G̃_ii + λ − y·G̃_Ni)                      the diagonal of the inverse
 *     W_ij = max(0, y_j) · P_i / P_j · d_i^(-a/2) · d_j^(a/2 − b)
 *
 * The row of the approximate inverse belongs to the target; here it is turned, so that the *source* keeps K targets and
 * a popular target may have thousands of sources. What depends on the target, d_j^(a/2 − b) / P_j, is applied when all
 * rows are known (`finish.ts`). A few steps of conjugate gradients stand for the solve: exact ones gained nothing.
 */
export class RidgeRows {
  readonly #gram: PiecedRows;
  readonly #steps: number;
  readonly #scale: Float64Array;
  /** G̃_jj + λ by item. */
  readonly #diagonal: Float64Array;
  readonly #candidateFactor: Float64Array;
  readonly #best: TopN;
  /** By item: its place among the candidates plus 1; between rows all are 0. */
  readonly #place: Uint16Array | Uint32Array;
  /** K × K by rows: G̃_NN + λI. */
  readonly #matrix: Float32Array;
  readonly #wanted: Float64Array;
  readonly #solution: Float64Array;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #image: Float64Array;

  /** @param gram rows of the Gram matrix, as `GramRows` writes them with the same s. */
  constructor(evidence: Evidence, settings: Settings, gram: PiecedRows) {
    const most = Math.min(settings.neighbors, evidence.items);
    const vector = () => new Float64Array(most);
    this.#gram = gram;
    this.#steps = settings.steps;
    this.#scale = dampedDegrees(evidence, settings.sourceDamping / 2);
    const scaled = evidence.diagonal.map((g, item) => g * this.#scale[item]! ** 2);
    const lambda = ridgeOf(evidence, scaled, settings.lambda);
    this.#diagonal = scaled.map((g) => g + lambda);
    this.#candidateFactor = dampedDegrees(evidence, settings.candidateDamping);
    this.#best = new TopN(most);
    this.#place = most < 65_535 ? new Uint16Array(evidence.items) : new Uint32Array(evidence.items);
    this.#matrix = new Float32Array(most * most);
    this.#wanted = vector();
    this.#solution = vector();
    this.#residual = vector();
    this.#direction = vector();
    this.#image = vector();
  }

  /**
   * Writes the row of item `source`: targets with a weight above 0, by item index.
   * @returns P_i.
   */
  write(source: number, out: RowWriter): number {
    const candidates = this.#candidates(source);
    const count = candidates.length;
    this.#gather(candidates);
    this.#solve(count);
    let explained = 0;
    for (let x = 0; x < count; x++) explained += this.#solution[x]! * this.#wanted[x]!;
    const own = this.#diagonal[source]!;
    // A few steps approach the solution from below in what they explain, so what is left stays above 0; λ bounds it where rounding does not.
    const precision = 1 / Math.max(own - explained, own * 1e-6);
    const factor = precision * this.#scale[source]!;
    for (let x = 0; x < count; x++) {
      if (this.#solution[x]! > 0) out.add(candidates[x]!, this.#solution[x]! * factor);
    }
    return precision;
  }

  /** The candidates by item index; what they have in common with the source goes to `#wanted`. */
  #candidates(source: number): Uint32Array {
    const { piece, from, to } = this.#gram.row(source);
    for (let e = from; e < to; e++) {
      const item = piece.index[e]!;
      this.#best.offer(item, piece.value[e]! * this.#candidateFactor[item]!);
    }
    const candidates = this.#best.drain().sort();
    let at = from;
    candidates.forEach((item, x) => {
      while (piece.index[at] !== item) at++;
      this.#wanted[x] = piece.value[at]! * this.#scale[source]! * this.#scale[item]!;
    });
    return candidates;
  }

  /** Fills the matrix with what each two candidates have in common; either one's row may have kept it. */
  #gather(candidates: Uint32Array): void {
    const count = candidates.length;
    const matrix = this.#matrix;
    const place = this.#place;
    const scale = this.#scale;
    matrix.fill(0, 0, count * count);
    for (let x = 0; x < count; x++) place[candidates[x]!] = x + 1;
    for (let x = 0; x < count; x++) {
      const item = candidates[x]!;
      const { piece, from, to } = this.#gram.row(item);
      const { index, value } = piece;
      const ownScale = scale[item]!;
      for (let e = from; e < to; e++) {
        const other = index[e]!;
        const y = place[other]!;
        if (y === 0) continue;
        const common = value[e]! * ownScale * scale[other]!;
        matrix[x * count + y - 1] = common;
        matrix[(y - 1) * count + x] = common;
      }
      matrix[x * count + x] = this.#diagonal[item]!;
    }
    for (let x = 0; x < count; x++) place[candidates[x]!] = 0;
  }

  /** Steps of conjugate gradients from 0, preconditioned by the diagonal (Hestenes and Stiefel, 1952). */
  #solve(count: number): void {
    const matrix = this.#matrix;
    const solution = this.#solution.fill(0, 0, count);
    const residual = this.#residual;
    const direction = this.#direction;
    const image = this.#image;
    let length = 0;
    for (let x = 0; x < count; x++) {
      residual[x] = this.#wanted[x]!;
      direction[x] = residual[x]! / matrix[x * count + x]!;
      length += residual[x]! * direction[x]!;
    }
    for (let step = 0; step < this.#steps && length > 0; step++) {
      let curvature = 0;
      for (let x = 0; x < count; x++) {
        image[x] = dot(matrix, x * count, direction, count);
        curvature += image[x]! * direction[x]!;
      }
      // Rounding alone can make a direction of no curvature: the solution is as good as it gets.
      if (!(curvature > 0)) return;
      const stride = length / curvature;
      let next = 0;
      for (let x = 0; x < count; x++) {
        solution[x]! += stride * direction[x]!;
        residual[x]! -= stride * image[x]!;
        image[x] = residual[x]! / matrix[x * count + x]!;
        next += residual[x]! * image[x]!;
      }
      const kept = next / length;
      for (let x = 0; x < count; x++) direction[x] = image[x]! + kept * direction[x]!;
      length = next;
    }
  }
}

/** Σ matrix[from + x] · vector[x], in four sums that do not wait for one another. */
function dot(matrix: Float32Array, from: number, vector: Float64Array, count: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let x = 0;
  for (; x + 3 < count; x += 4) {
    a += matrix[from + x]! * vector[x]!;
    b += matrix[from + x + 1]! * vector[x + 1]!;
    c += matrix[from + x + 2]! * vector[x + 2]!;
    d += matrix[from + x + 3]! * vector[x + 3]!;
  }
  for (; x < count; x++) a += matrix[from + x]! * vector[x]!;
  return a + b + (c + d);
}

/** λ as it is added: in means of the scaled diagonal, less where items have much evidence each. */
function ridgeOf({ degree }: Evidence, scaledDiagonal: Float64Array, lambda: number): number {
  let known = 0;
  let diagonal = 0;
  let evidence = 0;
  for (let item = 0; item < degree.length; item++) {
    if (degree[item] === 0) continue;
    known++;
    diagonal += scaledDiagonal[item]!;
    evidence += degree[item]!;
  }
  // Nothing is known of any item: there is no row to learn, and any λ will do.
  if (known === 0) return lambda;
  const meanEvidence = evidence / known;
  const thinned = meanEvidence > THIN ? inversePower(meanEvidence / THIN, THINNING) : 1;
  return (lambda * thinned * diagonal) / known;
}

/** What each item's row costs to solve, in additions: sub-matrix and steps. */
export function ridgeCosts(items: number, settings: Settings): Float64Array {
  const most = Math.min(settings.neighbors, items);
  return new Float64Array(items).fill(most * most * (settings.steps + 3) + 1);
}
