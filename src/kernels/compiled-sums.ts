import { compiledBest, roomForBest } from './compiled-best.js';
import { compiledChoice, roomToChoose } from './compiled-choice.js';
import { MAX_SHORT_INDICES, ProgramLayout } from './program.js';
import {
  copyIndex,
  copyValues,
  type Entries,
  entryCount,
  plainSums,
  type RowUses,
  type Segments,
  type SumsOf,
} from './sums.js';

type Kind = 'Counts' | 'Sums';
type Bits = 16 | 32;

/** The exports of assembly/sums.ts, which names the parameters: loops for counts and for doubles, for 16-bit and 32-bit indices. */
type Loop<Result> = (...parameters: number[]) => Result;
type Program = Record<`${'count' | 'add'}${Bits}`, Loop<void>> &
  Record<`collect${Kind}` | `touched${Kind}${Bits}` | `pick${Bits}` | 'best' | 'choose', Loop<number>>;

/**
 * Sums in WebAssembly, which checks no bounds, with the same bits as `plainSums`, which is used if the entries are too large for the memory
 * of a program. Two things are smaller here: with up to 65,536 columns an index takes two bytes, and sums of counts are 32-bit integers.
 */
export function compiledSums(module: WebAssembly.Module): SumsOf {
  return (entries, most, uses = {}) => {
    const { layout, at, bits } = placesOf(entries, most, uses);
    if (!layout.fits) return plainSums(entries, most, uses);
    const { columns, areCounts } = entries;
    const { program, buffer } = layout.start<Program>(module);
    const length = entryCount(entries);
    copyIndex(entries, new (bits === 16 ? Uint16Array : Uint32Array)(buffer, at.index, length));
    // Counts need no values: all are 1.
    const value = areCounts ? undefined : new Float32Array(buffer, at.value, length);
    const revalue = (parts: Entries['parts']) => {
      if (value) copyValues(parts, value);
    };
    revalue(entries.parts);
    const segments = {
      count: 0,
      from: new Uint32Array(buffer, at.from, most),
      to: new Uint32Array(buffer, at.to, most),
      weight: new Float64Array(buffer, at.weight, most),
    };
    const sum = areCounts ? new Uint32Array(buffer, at.sum, columns) : new Float64Array(buffer, at.sum, columns);
    const row = {
      count: 0,
      index: new Uint32Array(buffer, at.rowIndex, columns + 1),
      value: new Float64Array(buffer, at.rowValue, columns + 1),
    };
    const kind = areCounts ? 'Counts' : 'Sums';
    const collect = program[`collect${kind}`];
    const touched = program[`touched${kind}${bits}`];
    const countUp = program[`count${bits}`];
    const add = program[`add${bits}`];
    const pick = program[`pick${bits}`];
    const inMemory = { row, rowIndex: at.rowIndex, rowValue: at.rowValue, columns };
    const { forgetPriors, ...best } = compiledBest(program, buffer, inMemory, at.best);
    return {
      segments,
      wanted: new Uint8Array(buffer, at.wanted, columns),

      addUp(without) {
        const { count } = segments;
        if (areCounts) countUp(at.from, at.to, count, at.index, at.sum);
        else add(at.from, at.to, at.weight, count, at.index, at.value, at.sum);
        if (without >= 0) sum[without] = 0;
        row.count = areFew(segments, columns)
          ? touched(at.from, at.to, count, at.index, at.sum, at.rowIndex, at.rowValue)
          : collect(columns, at.sum, at.rowIndex, at.rowValue);
        return row;
      },

      pick(from, to) {
        row.count = pick(from, to, at.index, at.value, at.wanted, at.rowIndex, at.rowValue);
        return row;
      },

      ...best,
      ...compiledChoice(program, buffer, inMemory, at.choice),

      revalue(parts) {
        revalue(parts);
        forgetPriors();
      },
    };
  };
}

/** Whether so few entries were added that visiting them again is faster than scanning all columns. */
function areFew({ count, from, to }: Segments, columns: number): boolean {
  let entries = 0;
  for (let s = 0; s < count; s++) entries += to[s]! - from[s]!;
  return 2 * entries < columns;
}

/** The address of each array in the program's memory. */
function placesOf(entries: Entries, most: number, { priors = 0, chosen = 0 }: RowUses) {
  const { columns, areCounts } = entries;
  const length = entryCount(entries);
  const bits: Bits = columns <= MAX_SHORT_INDICES ? 16 : 32;
  const layout = new ProgramLayout();
  const at = {
    index: layout.room((length * bits) / 8),
    value: layout.room(areCounts ? 0 : length * 4),
    from: layout.room(most * 4),
    to: layout.room(most * 4),
    weight: layout.room(most * 8),
    wanted: layout.room(columns),
    sum: layout.room(columns * (areCounts ? 4 : 8)),
    // One cell more than a row can have, because the program writes a value before it decides whether to keep it.
    rowIndex: layout.room((columns + 1) * 4),
    rowValue: layout.room((columns + 1) * 8),
    best: roomForBest(layout, columns, priors),
    choice: roomToChoose(layout, columns, chosen),
  };
  return { layout, at, bits };
}
