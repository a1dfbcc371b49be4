import { arrayOf, readArrays, writeArrays } from '../files/array-file.js';
import { areBelow, type SparseRows } from '../matrix/sparse.js';
import type { Evidence } from '../model/evidence.js';
import type { Sequences } from '../model/sequences.js';
import {
  finiteNumbers,
  isRising,
  matrixFrom,
  matrixIn,
  namedArrays,
  numberOf,
  readMatrix,
  readMatrixArrays,
} from './matrix-file.js';

/** @param hasBaskets false if the learner only reads `basketsByItem`: then `baskets` is left out. */
export function writeEvidence(path: string, evidence: Evidence, hasBaskets = true): void {
  const { baskets, likes, basketsByItem, sequences, ...small } = evidence;
  const flat = sequences && { sequenceStart: sequences.start, sequence: sequences.items };
  const large = { baskets: hasBaskets ? baskets : undefined, basketsByItem, likes, ...flat };
  writeArrays(path, namedArrays({ ...small, ...large }));
}

/** The names of arrays whose size grows with the number of interactions. */
const LARGE = /^(baskets|basketsByItem|likes|sequence)(\.|Start|$)/;

/**
 * Reads the evidence of a file. The large parts are read on first access, because most learners do not need them.
 * @throws RangeError if `writeEvidence` did not write the file or its parts do not fit together; accessing a large part may throw it, too.
 */
export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path, (name) => !LARGE.test(name));
  const [users, items, trust] = [numberOf(arrays, 'users'), numberOf(arrays, 'items'), numberOf(arrays, 'trust')];
  const itemsByAttribute = matrixFrom(arrays, 'itemsByAttribute');
  const usersByGroup = matrixFrom(arrays, 'usersByGroup');
  const offered = arrayOf(arrays, 'offered', Uint8Array);
  const basketWeight = finiteNumbers(arrays, 'basketWeight');
  const baskets = basketWeight.length;
  const requireFit = (isSound: boolean) => {
    if (!isSound) throw new RangeError(`the parts of the evidence in ${path} do not fit together`);
  };
  requireFit(
    Number.isInteger(users) &&
      users >= 0 &&
      users <= baskets &&
      trust >= 0 &&
      trust <= 1 &&
      [itemsByAttribute.columns, offered.length].every((size) => size === items) &&
      usersByGroup.columns === users,
  );
  const sized = <M extends SparseRows | undefined>(matrix: M, rows: number, columns: number): M => {
    requireFit(matrix === undefined || (matrix.rows === rows && matrix.columns === columns));
    return matrix;
  };
  const readSequences = () => {
    const { sequenceStart: start, sequence } = readArrays(path, (name) => name.startsWith('sequence'));
    if (!(start instanceof Uint32Array && sequence instanceof Uint32Array)) return undefined;
    requireFit(areSequences({ start, items: sequence }, users, items));
    return { start, items: sequence };
  };
  const large = readOnAccess({
    baskets: () => sized(readMatrix(path, 'baskets'), baskets, items),
    basketsByItem: () => sized(readMatrix(path, 'basketsByItem'), items, baskets),
    likes: () => sized(matrixIn(readMatrixArrays(path, 'likes'), 'likes'), users, items),
    sequences: readSequences,
  });
  return Object.assign(large, {
    users,
    items,
    trust,
    itemsByAttribute,
    usersByGroup,
    basketWeight,
    popularity: finiteNumbers(arrays, 'popularity', items),
    trend: finiteNumbers(arrays, 'trend', items),
    degree: finiteNumbers(arrays, 'degree', items),
    diagonal: finiteNumbers(arrays, 'diagonal', items),
    offered,
  });
}

/** An object whose members are read on first access. */
function readOnAccess<T extends object>(readers: { [K in keyof T]: () => T[K] }): T {
  const parts = {} as T;
  for (const name of Object.keys(readers) as (keyof T)[]) {
    const keep = (value: T[keyof T]) => Object.defineProperty(parts, name, { value, enumerable: true })[name];
    Object.defineProperty(parts, name, { get: () => keep(readers[name]()), enumerable: true, configurable: true });
  }
  return parts;
}

function areSequences({ start, items }: Sequences, users: number, columns: number): boolean {
  return start.length === users + 1 && start[users] === items.length && isRising(start) && areBelow(items, columns);
}
