import { type Offer, type Prior, plainBest } from './best.js';
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
    const barred = new Uint8Array(buffer, at.barred, columns);
    const { priors = 0, chosen = 0 } = uses;
    const listed = priors === 0 ? 0 : columns;
    const bestIndex = new Uint32Array(buffer, at.bestIndex, listed);
    const bestValue = new Float64Array(buffer, at.bestValue, listed);
    const chosenFrom = chosen === 0 ? 0 : columns;
    const choosing = {
      factor: new Float64Array(buffer, at.factor, chosenFrom),
      itemOf: new Uint32Array(buffer, at.itemOf, chosenFrom),
    };
    const chosenIndex = new Uint32Array(buffer, at.chosenIndex, chosen);
    const chosenValue = new Float64Array(buffer, at.chosenValue, chosen);
    const byPlainLoop = plainBest(barred);
    const kept: Prior[] = [];
    /** The place of a prior in the memory; undefined if there is none left for it. */
    const placeOf = ({ prior, offered }: Offer): { weight: number; order: number } | undefined => {
      let k = kept.indexOf(prior);
      const isNew = k < 0;
      if (isNew && kept.length === priors) return undefined;
      if (isNew) k = kept.push(prior) - 1;
      const place = { weight: at.priorWeight + 8 * columns * k, order: at.priorOrder + 4 * columns * k };
      if (!isNew) return place;
      const weight = new Float64Array(buffer, place.weight, columns);
      weight.set(prior.weight);
      for (let column = 0; column < columns; column++)
        if (offered[column] === 0) weight[column] = Number.NEGATIVE_INFINITY;
      new Uint32Array(buffer, place.order, columns).set(prior.order);
      return place;
    };
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

      barred,
      choosing,

      choose(most, below) {
        const by = [columns, at.factor, at.itemOf, Math.min(most, chosen), below] as const;
        const work = [at.key, at.place, at.classes, at.marks, at.placeOf] as const;
        const count = program.choose(
          row.count,
          at.rowIndex,
          at.rowValue,
          ...by,
          ...work,
          at.chosenIndex,
          at.chosenValue,
        );
        return { count, index: chosenIndex, value: chosenValue };
      },

      best(offer, popularity, most) {
        const place = offer.factor ? undefined : placeOf(offer);
        if (!place) return byPlainLoop(row, offer, popularity, most);
        const offered = offer.prior.order.length;
        const arrays = [at.rowIndex, at.rowValue, place.weight, place.order, offered, at.barred, at.touched] as const;
        const count = program.best(row.count, ...arrays, Math.min(most, columns), at.bestIndex, at.bestValue);
        if (count < 0) throw new RangeError('an item has no score');
        return { count, index: bestIndex.subarray(0, count), value: bestValue.subarray(0, count) };
      },

      revalue(parts) {
        revalue(parts);
        kept.length = 0;
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
    barred: layout.room(columns),
    touched: layout.room(columns),
    priorWeight: layout.room(priors * columns * 8),
    priorOrder: layout.room(priors * columns * 4),
    bestIndex: layout.room(priors === 0 ? 0 : columns * 4),
    bestValue: layout.room(priors === 0 ? 0 : columns * 8),
    ...placesToChoose(layout, chosen === 0 ? 0 : columns, chosen),
  };
  return { layout, at, bits };
}

/** The upper halves of positive doubles are this many classes of keys. */
const CLASSES = 1 << 15;

function placesToChoose(layout: ProgramLayout, columns: number, chosen: number) {
  return {
    factor: layout.room(columns * 8),
    itemOf: layout.room(columns * 4),
    key: layout.room(columns * 8),
    place: layout.room(columns * 4),
    classes: layout.room(columns === 0 ? 0 : CLASSES * 4),
    marks: layout.room(Math.ceil(columns / 64) * 8),
    placeOf: layout.room(columns * 4),
    chosenIndex: layout.room(chosen * 4),
    chosenValue: layout.room(chosen * 8),
  };
}
