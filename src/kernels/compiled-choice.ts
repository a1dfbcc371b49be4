import type { SparseVector } from '../matrix/sparse.js';
import type { RowInMemory } from './compiled-best.js';
import type { ProgramLayout } from './program.js';

/** The upper halves of positive doubles are this many classes of keys. */
const CLASSES = 1 << 15;

type Places = ReturnType<typeof roomToChoose>;

/** Reserves the memory that choosing takes. @param most the most columns that are chosen; 0: none are. */
export function roomToChoose(layout: ProgramLayout, columns: number, most: number) {
  const from = most === 0 ? 0 : columns;
  return {
    factor: layout.room(from * 8),
    itemOf: layout.room(from * 4),
    key: layout.room(from * 8),
    place: layout.room(from * 4),
    classes: layout.room(most === 0 ? 0 : CLASSES * 4),
    marks: layout.room(Math.ceil(from / 64) * 8),
    placeOf: layout.room(from * 4),
    index: layout.room(most * 4),
    value: layout.room(most * 8),
    from,
    most,
  };
}

/** Chooses the strongest values of a row in WebAssembly, with the same result as `plainChoice`. */
export function compiledChoice(
  program: { choose: (...parameters: number[]) => number },
  buffer: ArrayBuffer,
  { row, rowIndex, rowValue, columns }: RowInMemory,
  at: Places,
) {
  const index = new Uint32Array(buffer, at.index, at.most);
  const value = new Float64Array(buffer, at.value, at.most);
  return {
    choosing: {
      factor: new Float64Array(buffer, at.factor, at.from),
      itemOf: new Uint32Array(buffer, at.itemOf, at.from),
    },

    choose(most: number, below: number): SparseVector {
      const by = [columns, at.factor, at.itemOf, Math.min(most, at.most), below] as const;
      const work = [at.key, at.place, at.classes, at.marks, at.placeOf] as const;
      const count = program.choose(row.count, rowIndex, rowValue, ...by, ...work, at.index, at.value);
      return { count, index, value };
    },
  };
}
