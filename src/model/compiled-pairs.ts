import type { Evidence } from './evidence.js';
import {
  areCounts,
  fillStretches,
  type GramRow,
  type Holding,
  isThin,
  type Pairs,
  type PairsOf,
  PlainPairs,
  roomForStretches,
  type Stretches,
} from './pairs.js';
import { MOST_SHORT, ProgramLayout } from './program-memory.js';

/** What assembly/pairs.ts exports. */
interface Program {
  count16: (from: number, to: number, count: number, index: number, sum: number) => void;
  count32: Program['count16'];
  add16: (from: number, to: number, weight: number, count: number, index: number, value: number, sum: number) => void;
  add32: Program['add16'];
  collectCounts: (items: number, sum: number, rank: number, value: number) => number;
  collectSums: Program['collectCounts'];
  touchedCounts16: (
    from: number,
    to: number,
    count: number,
    index: number,
    sum: number,
    rank: number,
    value: number,
  ) => number;
  touchedCounts32: Program['touchedCounts16'];
  touchedSums16: Program['touchedCounts16'];
  touchedSums32: Program['touchedCounts16'];
}

/** Pairs added up by a compiled program; in plain arrays where the evidence is more than it can address (4 GB). */
export function compiledPairs(module: WebAssembly.Module): PairsOf {
  return (evidence, rank) => {
    const places = placesOf(evidence);
    return places.layout.fits ? new CompiledPairs(module, evidence, rank, places) : new PlainPairs(evidence, rank);
  };
}

/**
 * The same sums as `PlainPairs`, bit by bit, in WebAssembly: half as fast again, since it checks no bounds. Two things
 * are smaller here: the ranks of at most 65,536 items take two bytes, and where every pair counts 1 sums are whole
 * numbers of four bytes and strengths are left out.
 */
class CompiledPairs implements Pairs {
  readonly #holding: Holding;
  readonly #rank: Uint32Array;
  readonly #items: number;
  readonly #stretches: Stretches;
  readonly #sum: Uint32Array | Float64Array;
  readonly #row: GramRow;
  readonly #addUp: (count: number) => void;
  readonly #collectAll: () => number;
  readonly #collectTouched: (count: number) => number;

  constructor(
    module: WebAssembly.Module,
    evidence: Evidence,
    rank: Uint32Array,
    { layout, at, most, isWhole, isShort }: Places,
  ) {
    const { baskets, holders, basketWeight, items } = evidence;
    // The baskets themselves are not kept: a copy of them lies in the program's memory.
    this.#holding = { holders, basketWeight, baskets: { start: baskets.start } };
    this.#rank = rank;
    this.#items = items;
    const memory = layout.memory();
    const { buffer } = memory;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const program = exports as unknown as Program;
    const place = isShort
      ? new Uint16Array(buffer, at.place, baskets.index.length)
      : new Uint32Array(buffer, at.place, baskets.index.length);
    for (let e = 0; e < place.length; e++) place[e] = rank[baskets.index[e]!]!;
    if (!isWhole) new Float32Array(buffer, at.strength, baskets.value.length).set(baskets.value);
    this.#stretches = {
      count: 0,
      from: new Uint32Array(buffer, at.from, most),
      to: new Uint32Array(buffer, at.to, most),
      weight: new Float64Array(buffer, at.weight, most),
    };
    this.#sum = isWhole ? new Uint32Array(buffer, at.sum, items) : new Float64Array(buffer, at.sum, items);
    this.#row = {
      cells: 0,
      rank: new Uint32Array(buffer, at.rank, items + 1),
      value: new Float64Array(buffer, at.value, items + 1),
    };
    if (isWhole) {
      const countUp = isShort ? program.count16 : program.count32;
      const touched = isShort ? program.touchedCounts16 : program.touchedCounts32;
      this.#addUp = (count) => countUp(at.from, at.to, count, at.place, at.sum);
      this.#collectAll = () => program.collectCounts(items, at.sum, at.rank, at.value);
      this.#collectTouched = (count) => touched(at.from, at.to, count, at.place, at.sum, at.rank, at.value);
    } else {
      const addUp = isShort ? program.add16 : program.add32;
      const touched = isShort ? program.touchedSums16 : program.touchedSums32;
      this.#addUp = (count) => addUp(at.from, at.to, at.weight, count, at.place, at.strength, at.sum);
      this.#collectAll = () => program.collectSums(items, at.sum, at.rank, at.value);
      this.#collectTouched = (count) => touched(at.from, at.to, count, at.place, at.sum, at.rank, at.value);
    }
  }

  row(source: number): GramRow {
    const pairs = fillStretches(this.#stretches, this.#holding, source);
    const { count } = this.#stretches;
    this.#addUp(count);
    this.#sum[this.#rank[source]!] = 0;
    this.#row.cells = isThin(pairs, this.#items) ? this.#collectTouched(count) : this.#collectAll();
    return this.#row;
  }
}

/** Where everything lies in the program's memory, in bytes. */
interface Places {
  layout: ProgramLayout;
  at: Record<'place' | 'strength' | 'from' | 'to' | 'weight' | 'sum' | 'rank' | 'value', number>;
  /** Stretches that any item has at most. */
  most: number;
  isWhole: boolean;
  isShort: boolean;
}

function placesOf(evidence: Evidence): Places {
  const { baskets, items } = evidence;
  const entries = baskets.index.length;
  const most = roomForStretches(evidence);
  const isWhole = areCounts(evidence);
  const isShort = items <= MOST_SHORT;
  const layout = new ProgramLayout();
  const at = {
    place: layout.room(entries * (isShort ? 2 : 4)),
    strength: layout.room(isWhole ? 0 : entries * 4),
    from: layout.room(most * 4),
    to: layout.room(most * 4),
    weight: layout.room(most * 8),
    sum: layout.room(items * (isWhole ? 4 : 8)),
    rank: layout.room((items + 1) * 4),
    value: layout.room((items + 1) * 8),
  };
  return { layout, at, most, isWhole, isShort };
}
