import { quotedArrays, quotedIn } from '../csv/quoted-cells.js';
import { type Arrays, arrayOf, readArrays, writeArrays } from '../files/array-file.js';
import { isCount } from '../files/array-header.js';
import { rowLengths, rowsBetween, type SparseRows, withLeadingEmptyRows } from '../matrix/sparse.js';
import { lowRankOf } from '../model/low-rank.js';
import type { ItemStatistics } from '../model/row-normalisation.js';
import type { Scales } from '../model/scales.js';
import type { Settings } from '../model/settings.js';
import type { ListColumns } from '../output/list-columns.js';
import type { Audience } from '../ranking/audience.js';
import { finishedModel, type Model, modelOf } from '../ranking/model.js';
import { areFinite, finiteNumbers, matrixFrom, matrixIn, namedArrays, numberOf, readMatrix } from './matrix-file.js';
import type { ModelFiles, RowFile } from './protocol.js';
import type { Rows } from './shard-file.js';

/** Row indices are uint32. */
const MAX_ROWS = 2 ** 32 - 1;

/* The files that parent and children pass to each other, each writer next to its reader. `evidence-file.ts` has the evidence. */

/** Writes rows `from` to `to` of the audience; they keep their row numbers when they are read back. */
export function writeAudience(
  path: string,
  { signals, had, excluded, candidates, offered }: Audience,
  { from, to }: Rows = { from: 0, to: signals.rows },
): void {
  const slice = (matrix: SparseRows | undefined) => matrix && rowsBetween(matrix, from, to);
  const parts = { signals: slice(signals), had: slice(had), excluded: slice(excluded), candidates: slice(candidates) };
  writeArrays(path, namedArrays({ ...parts, offered, first: from }));
}

/**
 * Reads the audience of a file. Rows before the first one in the file are empty.
 * @throws RangeError if `writeAudience` did not write the file, or its parts do not fit together.
 */
export function readAudience(path: string): Audience {
  const arrays = readArrays(path);
  const signals = matrixFrom(arrays, 'signals');
  const excluded = matrixFrom(arrays, 'excluded');
  const offered = arrayOf(arrays, 'offered', Uint8Array);
  const [had, candidates] = [matrixIn(arrays, 'had'), matrixIn(arrays, 'candidates')];
  const isSound =
    signals.columns >= offered.length &&
    [excluded, had ?? excluded, candidates ?? excluded].every(
      ({ rows, columns }) => rows === signals.rows && columns === offered.length,
    );
  if (!isSound) throw new RangeError(`the parts of the audience in ${path} do not fit together`);
  const first = numberOf(arrays, 'first');
  if (!isCount(first) || first + signals.rows >= MAX_ROWS)
    throw new RangeError(`the audience in ${path} has an invalid first row`);
  if (first === 0) return { signals, had, excluded, candidates, offered };
  const shifted = (matrix: SparseRows) => withLeadingEmptyRows(matrix, first);
  return {
    signals: shifted(signals),
    had: had && shifted(had),
    excluded: shifted(excluded),
    candidates: candidates && shifted(candidates),
    offered,
  };
}

export function writeStatistics(path: string, statistics: ItemStatistics): void {
  writeArrays(path, namedArrays(statistics));
}

/** @throws RangeError if `writeStatistics` did not write the file, or its parts do not fit together. */
export function readStatistics(path: string): ItemStatistics {
  const arrays = readArrays(path);
  const trust = numberOf(arrays, 'trust');
  if (!(trust >= 0 && trust <= 1)) throw new RangeError(`the trust in ${path} is not from 0 to 1`);
  const popularity = arrayOf(arrays, 'popularity', Float64Array);
  const numbers = (name: string) => finiteNumbers(arrays, name, popularity.length);
  return {
    trust,
    popularity: numbers('popularity'),
    trend: numbers('trend'),
    degree: numbers('degree'),
    precision: numbers('precision'),
  };
}

/** The scales of a finished model, as arrays of the file that holds its rows. */
export function scaleArrays({ items, preferences, groups, prior }: Scales): Arrays {
  return { scales: Float64Array.of(items, preferences, groups), prior };
}

/** @throws RangeError if the file has no scales, or they are not finite. */
function readScales(path: string): Scales {
  const arrays = readArrays(path, (name) => name === 'scales' || name === 'prior');
  const prior = finiteNumbers(arrays, 'prior');
  const [items = 0, preferences = 0, groups = 0] = finiteNumbers(arrays, 'scales', 3);
  return { items, preferences, groups, prior };
}

/**
 * Reads a model's item factors; undefined if it has none.
 * @throws RangeError if the file does not hold the same number of finite factors for each item.
 */
export function readFactors({
  factors: path,
  counts,
}: Pick<ModelFiles, 'factors' | 'counts'>): Float32Array | undefined {
  if (path === undefined) return undefined;
  const factors = arrayOf(
    readArrays(path, (name) => name === 'factors'),
    'factors',
    Float32Array,
  );
  const isWhole = factors.length === 0 || factors.length % counts.items === 0;
  if (!isWhole || !areFinite(factors)) throw new RangeError(`the factors in ${path} do not fit ${counts.items} items`);
  return factors;
}

/** Reads the parts of a matrix that is spread over files, and the number of the first row of each. @throws RangeError like `matrixFrom`. */
export function readParts(files: readonly RowFile[], name: string): { parts: SparseRows[]; from: number[] } {
  return { parts: files.map(({ path }) => readMatrix(path, name)), from: files.map(({ from }) => from) };
}

/** Loads a model into this process, its rows normalised. @throws RangeError if its files are not whole, or do not fit together. */
export function readModel(files: ModelFiles, settings: Settings): Model {
  const { counts, statistics, isFinished } = files;
  const { parts, from } = readParts(files.rows, 'rows');
  const factors = readFactors(files);
  if (!isFinished) return modelOf(counts, parts, from, readStatistics(statistics), settings, factors);
  const lowRank = lowRankOf(factors, readPopularity(statistics), settings);
  return finishedModel(counts, parts, from, readScales(statistics), lowRank);
}

/** Reads how many users liked each item, from a statistics file or a saved model. @throws RangeError if a number is missing or not finite. */
export function readPopularity(path: string): Float64Array {
  const arrays = readArrays(path, (name) => name === 'popularity');
  return finiteNumbers(arrays, 'popularity');
}

/*
 * The arrays that answer a shard; `writeShard` writes them. Counted and learned rows are written as `namedArrays`, so that a learner can read
 * the `pairs` of all rows but the `candidates` of its own only, and scoring only the `rows` of a model.
 */

/** Reads what must be known of all rows of a model at once: P_i and the number of cells of each row. @throws RangeError if it is not such a file, or was altered. */
export function readLearnedFacts(path: string): { precision: Float64Array; length: Float64Array } {
  const arrays = readArrays(path, (name) => name === 'precision' || name === 'rows.start');
  const start = arrayOf(arrays, 'rows.start', Uint32Array);
  const rows = start.length - 1;
  const precision = finiteNumbers(arrays, 'precision', rows);
  return { precision, length: rowLengths({ rows, start }) };
}

/** Lists in the order of the users: lines of the output, or columns. */
export type Lists = { lines: Uint8Array } | ListColumns;

export interface ListCounts {
  users: number;
  /** Rows of the output. */
  rows: number;
  /** Users whose list has fewer items than requested, and those among them whose list is empty. */
  short: number;
  empty: number;
}

export function listArrays({ users, rows, short, empty }: ListCounts, lists: Lists): Arrays {
  const { reasons, ...others } = { reasons: undefined, ...lists };
  const texts = reasons && quotedArrays('reasons', reasons);
  return { ...namedArrays(others), ...texts, counts: Float64Array.of(users, rows, short, empty) };
}

/** @throws RangeError if `listArrays` did not make the file. */
export function readLists(path: string): { counts: ListCounts; lists: Lists } {
  // Not mapped: lists become garbage as soon as they are written out, and the collector does not see the size of a mapping.
  const arrays = readArrays(path, undefined, false);
  const [users = -1, rows = -1, short = -1, empty = -1] = arrayOf(arrays, 'counts', Float64Array);
  if (![users, rows, short, empty].every(isCount)) throw new RangeError(`the counts in ${path} are invalid`);
  const counts = { users, rows, short, empty };
  if ('lines' in arrays) return { counts, lists: { lines: arrayOf(arrays, 'lines', Uint8Array) } };
  const items = arrayOf(arrays, 'items', Uint32Array);
  const lengths = arrayOf(arrays, 'lengths', Uint32Array);
  const listed = lengths.reduce((total, length) => total + length, 0);
  if (lengths.length !== users || listed !== rows || items.length !== rows) {
    throw new RangeError(`the parts of the lists in ${path} do not fit together`);
  }
  const scores = finiteNumbers(arrays, 'scores', rows);
  const reasons = quotedIn(arrays, 'reasons');
  const sources = 'sources' in arrays ? arrayOf(arrays, 'sources', Uint8Array) : undefined;
  if ([reasons?.start.length ?? rows + 1, (sources?.length ?? rows) + 1].some((length) => length !== rows + 1)) {
    throw new RangeError(`the reasons in ${path} do not fit its lists`);
  }
  return { counts, lists: { items, lengths, scores, reasons, sources } };
}
