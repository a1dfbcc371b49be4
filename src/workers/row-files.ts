import type { SparseRows } from '../matrix/sparse.js';
import type { RowLookup, RowSlice } from '../matrix/stacked-rows.js';
import type { RowFile } from './protocol.js';

/**
 * Looks up rows of a matrix that is spread over files. Only the file of the latest lookup is in memory.
 * @param readPart reads the rows of a file.
 */
export function rowFiles(files: readonly RowFile[], readPart: (path: string) => SparseRows): RowLookup {
  let first = 0;
  let part: SparseRows | undefined;
  const has = (row: number) => part !== undefined && row >= first && row < first + part.rows;
  return {
    row(row: number): RowSlice {
      const file = has(row) ? undefined : files.findLast(({ from }) => from <= row);
      if (file) {
        first = file.from;
        part = readPart(file.path);
      }
      const [from, to] = part && has(row) ? part.start.subarray(row - first) : [];
      if (!part || from === undefined || to === undefined) throw new RangeError(`row ${row} is in none of the files`);
      return { part, from, to };
    },
  };
}
