import type { Evidence, RowOfItem } from '../evidence.js';
import type { Settings } from '../settings.js';

/** With more items than this the dense matrices (8 bytes × items², two in each worker) are out of proportion. */
export const MOST_EASE_ITEMS = 8000;

/**
 * EASE as published (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019), on every item:
 *
 *     P = (G + λI)⁻¹        W_ij = −P_ij / P_jj for i ≠ j          λ in means of d_i
 *
 * Dense: the inverse is taken through the Cholesky factor, n³/3 operations for it and as many for its inverse. Items
 * without evidence are left out and have an empty row.
 *
 * @returns a function that writes the row of an item, −P_ij for every other offered item, and returns P_ii; 1 for an item without evidence.
 * @throws RangeError for more items with evidence than `MOST_EASE_ITEMS`.
 */
export function easeRow(evidence: Evidence, settings: Settings): RowOfItem {
  const { degree, offered } = evidence;
  // The items with evidence, rising.
  const items = Uint32Array.from(degree.keys()).filter((item) => degree[item]! > 0);
  const size = items.length;
  if (size > MOST_EASE_ITEMS) throw new RangeError(`ease is for ${MOST_EASE_ITEMS} items, not ${size}`);
  const matrix = denseGram(evidence, items);
  let total = 0;
  for (const item of items) total += degree[item]!;
  const lambda = size > 0 ? (settings.lambda * total) / size : 0;
  for (let i = 0; i < size; i++) matrix[i * size + i]! += lambda;
  factorise(matrix, size);
  // Now it is the inverse of the Cholesky factor, lower triangle by rows: P = its transpose times itself.
  invertLower(matrix, size);
  return (source, out) => {
    const at = items.indexOf(source);
    if (at < 0) return 1;
    const row = new Float64Array(size);
    for (let k = at; k < size; k++) {
      const factor = matrix[k * size + at]!;
      for (let j = 0; j <= k; j++) row[j]! += factor * matrix[k * size + j]!;
    }
    for (let j = 0; j < size; j++) {
      if (j !== at && offered[items[j]!] === 1) out.add(items[j]!, -row[j]!);
    }
    return row[at]!;
  };
}

/** What each item's row costs, in additions, with its share of the factorisation. */
export function easeCosts(items: number): Float64Array {
  return new Float64Array(items).fill(items * items);
}

/** The Gram matrix among the items with evidence, dense by rows. */
function denseGram({ baskets, basketWeight, items }: Evidence, known: Uint32Array): Float64Array {
  const size = known.length;
  const place = new Uint32Array(items);
  known.forEach((item, at) => {
    place[item] = at;
  });
  const gram = new Float64Array(size * size);
  for (let basket = 0; basket < baskets.rows; basket++) {
    const from = baskets.start[basket]!;
    const to = baskets.start[basket + 1]!;
    for (let e = from; e < to; e++) {
      const weight = basketWeight[basket]! * baskets.value[e]!;
      const row = place[baskets.index[e]!]! * size;
      for (let f = from; f < to; f++) gram[row + place[baskets.index[f]!]!]! += weight * baskets.value[f]!;
    }
  }
  return gram;
}

/** Cholesky: the lower triangle becomes L with L Lᵀ = the matrix, which λ > 0 makes positive definite. */
function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let a = matrix[i * size + j]!;
      let b = 0;
      let k = 0;
      for (; k + 1 < j; k += 2) {
        a -= matrix[i * size + k]! * matrix[j * size + k]!;
        b -= matrix[i * size + k + 1]! * matrix[j * size + k + 1]!;
      }
      if (k < j) a -= matrix[i * size + k]! * matrix[j * size + k]!;
      const rest = a + b;
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / matrix[j * size + j]!;
    }
  }
}

/** The lower triangle becomes its own inverse, row by row. */
function invertLower(matrix: Float64Array, size: number): void {
  const row = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    row.fill(0, 0, i);
    for (let k = 0; k < i; k++) {
      const factor = matrix[i * size + k]!;
      for (let j = 0; j <= k; j++) row[j]! -= factor * matrix[k * size + j]!;
    }
    const pivot = 1 / matrix[i * size + i]!;
    for (let j = 0; j < i; j++) matrix[i * size + j] = row[j]! * pivot;
    matrix[i * size + i] = pivot;
  }
}
