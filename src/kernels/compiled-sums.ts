import { MOST_SHORT, ProgramLayout } from './program-memory.js';
import {
  areFew,
  type Cells,
  copyEntries,
  copyValues,
  type Entries,
  entryCount,
  PlainSums,
  type Segments,
  type Sums,
  type SumsOf,
} from './sums.js';

/** What assembly/sums.ts exports. */
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

/** Sums in a compiled program; in plain arrays where the entries are more than it can address. */
export function compiledSums(module: WebAssembly.Module): SumsOf {
  return (entries, most) => {
    const places = placesOf(entries, most);
    return places.layout.fits ? new CompiledSums(module, entries, most, places) : new PlainSums(entries, most);
  };
}

/**
 * The same sums as `PlainSums`, bit by bit, in WebAssembly, which checks no bounds. Two things are smaller here: columns
 * up to 65,536 are named in two bytes, and where all counts 1 sums are whole numbers of four bytes.
 */
class CompiledSums implements Sums {
  readonly segments: Segments;
  /** None where all are 1. */
  readonly #value: Float32Array | undefined;
  readonly #sum: Uint32Array | Float64Array;
  readonly #cells: Cells;
  readonly #addUp: (count: number) => void;
  readonly #collectAll: () => number;
  readonly #collectTouched: (count: number) => number;

  constructor(module: WebAssembly.Module, entries: Entries, most: number, { layout, at, isShort }: Places) {
    const { columns, areCounts } = entries;
    const { program, buffer } = layout.start<Program>(module);
    const length = entryCount(entries);
    const index = isShort ? new Uint16Array(buffer, at.index, length) : new Uint32Array(buffer, at.index, length);
    this.#value = areCounts ? undefined : new Float32Array(buffer, at.value, length);
    copyEntries(entries, index, this.#value);
    this.segments = {
      count: 0,
      from: new Uint32Array(buffer, at.from, most),
      to: new Uint32Array(buffer, at.to, most),
      weight: new Float64Array(buffer, at.weight, most),
    };
    this.#sum = areCounts ? new Uint32Array(buffer, at.sum, columns) : new Float64Array(buffer, at.sum, columns);
    this.#cells = {
      count: 0,
      index: new Uint32Array(buffer, at.cellIndex, columns + 1),
      value: new Float64Array(buffer, at.cellValue, columns + 1),
    };
    if (areCounts) {
      const countUp = isShort ? program.count16 : program.count32;
      const touched = isShort ? program.touchedCounts16 : program.touchedCounts32;
      this.#addUp = (count) => countUp(at.from, at.to, count, at.index, at.sum);
      this.#collectAll = () => program.collectCounts(columns, at.sum, at.cellIndex, at.cellValue);
      this.#collectTouched = (count) => touched(at.from, at.to, count, at.index, at.sum, at.cellIndex, at.cellValue);
    } else {
      const addUp = isShort ? program.add16 : program.add32;
      const touched = isShort ? program.touchedSums16 : program.touchedSums32;
      this.#addUp = (count) => addUp(at.from, at.to, at.weight, count, at.index, at.value, at.sum);
      this.#collectAll = () => program.collectSums(columns, at.sum, at.cellIndex, at.cellValue);
      this.#collectTouched = (count) => touched(at.from, at.to, count, at.index, at.sum, at.cellIndex, at.cellValue);
    }
  }

  addUp(without: number): Cells {
    const { count } = this.segments;
    this.#addUp(count);
    if (without >= 0) this.#sum[without] = 0;
    this.#cells.count = areFew(this.segments, this.#sum.length) ? this.#collectTouched(count) : this.#collectAll();
    return this.#cells;
  }

  revalue(parts: Entries['parts']): void {
    if (this.#value) copyValues(parts, this.#value);
  }
}

/** Where everything lies in the program's memory, in bytes. */
interface Places {
  layout: ProgramLayout;
  at: Record<'index' | 'value' | 'from' | 'to' | 'weight' | 'sum' | 'cellIndex' | 'cellValue', number>;
  isShort: boolean;
}

function placesOf(entries: Entries, most: number): Places {
  const { columns, areCounts } = entries;
  const length = entryCount(entries);
  const isShort = columns <= MOST_SHORT;
  const layout = new ProgramLayout();
  const at = {
    index: layout.room(length * (isShort ? 2 : 4)),
    value: layout.room(areCounts ? 0 : length * 4),
    from: layout.room(most * 4),
    to: layout.room(most * 4),
    weight: layout.room(most * 8),
    sum: layout.room(columns * (areCounts ? 4 : 8)),
    cellIndex: layout.room((columns + 1) * 4),
    cellValue: layout.room((columns + 1) * 8),
  };
  return { layout, at, isShort };
}
