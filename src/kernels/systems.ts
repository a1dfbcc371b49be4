import type { SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
import { CandidateSystem } from '../model/candidate-system.js';

/** The linear systems of rows, one after the other:  (G̃_NN + λI) y = wanted. */
export interface Systems {
  /** The right side, by place in the system; set before `solve`. */
  readonly wanted: Float64Array;
  /** What `solve` found. */
  readonly solution: Float64Array;
  /** Begins the system among some items, most evidence first: each one's pairs are then among those before it. */
  gather(items: Uint32Array): void;
  /** @returns wanted · solution. */
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

/** Systems in plain arrays. `CompiledSystems` does the same faster; this one says what is meant. */
export class PlainSystems implements Systems {
  readonly wanted: Float64Array;
  readonly solution: Float64Array;
  readonly #pairs: StackedRows;
  readonly #diagonal: Float64Array;
  readonly #system: CandidateSystem;
  /** By item: its place in the system plus 1; between systems all are 0. */
  readonly #place: Uint16Array;

  constructor({ pairs, scale, diagonal }: SystemSource, most: number) {
    const scaled = pairs.parts.map((part, k) => {
      const value = new Float32Array(part.value.length);
      writeScaled(part, pairs.from[k]!, scale, value, 0);
      return { ...part, value };
    });
    this.#pairs = new StackedRows(scaled, pairs.from, pairs.rows);
    this.#diagonal = diagonal;
    this.#system = new CandidateSystem(most);
    this.#place = new Uint16Array(diagonal.length);
    this.wanted = this.#system.wanted;
    this.solution = this.#system.solution;
  }

  gather(items: Uint32Array): void {
    const place = this.#place;
    for (let x = 0; x < items.length; x++) place[items[x]!] = x + 1;
    this.#system.begin();
    for (const item of items) {
      const { part, from, to } = this.#pairs.row(item);
      this.#system.addRow(this.#diagonal[item]!, part.index, part.value, from, to, place);
    }
    for (const item of items) place[item] = 0;
  }

  solve(steps: number): number {
    return this.#system.solve(steps);
  }
}
