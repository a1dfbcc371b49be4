import { CandidateSystem } from './candidate-system.js';
import type { PiecedRows } from './pieces.js';

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
  /** G̃: each pair in the row of the item with less evidence. */
  pairs: PiecedRows;
  /** G̃_jj + λ by item. */
  diagonal: Float64Array;
  /** By item: its place among all, most evidence first. */
  rank: Uint32Array;
}

/** @param most the largest number of unknowns. */
export type SystemsOf = (source: SystemSource, most: number) => Systems;

/** Systems in plain arrays. `CompiledSystems` does the same faster; this one says what is meant. */
export class PlainSystems implements Systems {
  readonly wanted: Float64Array;
  readonly solution: Float64Array;
  readonly #source: SystemSource;
  readonly #system: CandidateSystem;
  /** By item: its place in the system plus 1; between systems all are 0. */
  readonly #place: Uint16Array;

  constructor(source: SystemSource, most: number) {
    this.#source = source;
    this.#system = new CandidateSystem(most);
    this.#place = new Uint16Array(source.diagonal.length);
    this.wanted = this.#system.wanted;
    this.solution = this.#system.solution;
  }

  gather(items: Uint32Array): void {
    const { pairs, diagonal } = this.#source;
    const place = this.#place;
    for (let x = 0; x < items.length; x++) place[items[x]!] = x + 1;
    this.#system.begin();
    for (const item of items) {
      const { piece, from, to } = pairs.row(item);
      this.#system.addRow(diagonal[item]!, piece.index, piece.value, from, to, place);
    }
    for (const item of items) place[item] = 0;
  }

  solve(steps: number): number {
    return this.#system.solve(steps);
  }
}
