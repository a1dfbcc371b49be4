import { quotedArrays, quotedIn } from '../csv/quoted-cells.js';
import { type Arrays, arrayOf, readArrays, writeArrays } from '../files/array-file.js';
import { isCount } from '../files/array-header.js';
import { areBelow, behindEmptyRows, rowLengths, rowsBetween, type SparseRows } from '../matrix/sparse.js';
import type { Evidence } from '../model/evidence.js';
import type { LearnedRows } from '../model/fit.js';
import type { ItemStatistics } from '../model/row-normalisation.js';
import type { Scales } from '../model/scales.js';
import type { Sequences } from '../model/sequences.js';
import type { ListColumns } from '../output/list-columns.js';
import type { Audience } from '../ranking/audience.js';
import { areNumbers, matrixFrom, matrixIn, namedArrays } from './matrix-file.js';
import type { ModelFiles } from './protocol.js';
import type { Rows } from './shard-file.js';

/** As an index into arrays of 32 bits. */
const MOST_ROWS = 2 ** 32 - 1;

/* What parent and children hand each other in files, each with its writer and its reader side by side. */

/** @param hasBaskets false where the baskets by item are all that is read of them. */
export function writeEvidence(path: string, evidence: Evidence, hasBaskets = true): void {
  const { baskets, likes, basketsByItem, sequences, ...small } = evidence;
  const flat = sequences && { sequenceStart: sequences.start, sequence: sequences.items };
  const large = { baskets: hasBaskets ? baskets : undefined, basketsByItem, likes, ...flat };
  writeArrays(path, namedArrays({ ...small, ...large }));
}

/** What of the evidence grows with the interactions, by the names of its arrays. */
const OF_USERS = /^(baskets|basketsByItem|likes|sequence)(\.|Start|$)/;

/**
 * The evidence in a file. What grows with the interactions is read when it is asked for: most learners do without.
 * @throws RangeError, also when more of it is read, where the file is not one that `writeEvidence` wrote, or its parts do not fit together.
 */
export function readEvidence(path: string): Evidence {
  const arrays = readArrays(path, (name) => !OF_USERS.test(name));
  const [users, items, trust] = [numberOf(arrays, 'users'), numberOf(arrays, 'items'), numberOf(arrays, 'trust')];
  const itemsByAttribute = matrixFrom(arrays, 'itemsByAttribute');
  const usersByGroup = matrixFrom(arrays, 'usersByGroup');
  const offered = arrayOf(arrays, 'offered', Uint8Array);
  const basketWeight = floats(arrays, 'basketWeight');
  const baskets = basketWeight.length;
  const requireFit = (isSound: boolean) => {
    if (!isSound) throw new RangeError(`the evidence in ${path} does not go together`);
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
  const later = {
    baskets: once(() => sized(readMatrix(path, 'baskets'), baskets, items)),
    basketsByItem: once(() => sized(readMatrix(path, 'basketsByItem'), items, baskets)),
    likes: once(() => sized(matrixIn(arraysOf(path, 'likes'), 'likes'), users, items)),
    sequences: once(() => {
      const { sequenceStart: start, sequence: all } = readArrays(path, (name) => name.startsWith('sequence'));
      if (!(start instanceof Uint32Array && all instanceof Uint32Array)) return undefined;
      requireFit(areSequences({ start, items: all }, users, items));
      return { start, items: all };
    }),
  };
  return {
    users,
    items,
    trust,
    get baskets() {
      return later.baskets();
    },
    get likes() {
      return later.likes();
    },
    get sequences() {
      return later.sequences();
    },
    get basketsByItem() {
      return later.basketsByItem();
    },
    itemsByAttribute,
    usersByGroup,
    basketWeight,
    popularity: floats(arrays, 'popularity', items),
    trend: floats(arrays, 'trend', items),
    degree: floats(arrays, 'degree', items),
    diagonal: floats(arrays, 'diagonal', items),
    offered,
  };
}

/** What a function returns, for which it is called once. */
function once<T>(read: () => T): () => T {
  let kept: { value: T } | undefined;
  return () => {
    kept ??= { value: read() };
    return kept.value;
  };
}

function areSequences({ start, items }: Sequences, users: number, columns: number): boolean {
  return (
    start.length === users + 1 &&
    start[users] === items.length &&
    start.every((at, user) => at <= (start[user + 1] ?? at)) &&
    areBelow(items, columns)
  );
}

/** @param rows of the audience that the file is to have: they keep their places. */
export function writeAudience(
  path: string,
  { signals, had, excluded, candidates, offered }: Audience,
  { from, to }: Rows = { from: 0, to: signals.rows },
): void {
  const some = (matrix: SparseRows | undefined) => matrix && rowsBetween(matrix, from, to);
  const parts = { signals: some(signals), had: some(had), excluded: some(excluded), candidates: some(candidates) };
  writeArrays(path, namedArrays({ ...parts, offered, first: from }));
}

/**
 * The audience in a file, rows that are not there being empty.
 * @throws RangeError where the file is not one that `writeAudience` wrote, or its parts do not fit together.
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
  if (!isSound) throw new RangeError(`the audience in ${path} does not go together`);
  const first = numberOf(arrays, 'first');
  if (!isCount(first) || first + signals.rows >= MOST_ROWS)
    throw new RangeError(`the audience in ${path} has no place`);
  if (first === 0) return { signals, had, excluded, candidates, offered };
  const placed = (matrix: SparseRows) => behindEmptyRows(matrix, first);
  return {
    signals: placed(signals),
    had: had && placed(had),
    excluded: placed(excluded),
    candidates: candidates && placed(candidates),
    offered,
  };
}

export function writeStatistics(path: string, statistics: ItemStatistics): void {
  writeArrays(path, namedArrays(statistics));
}

/** @throws RangeError where the file is not one that `writeStatistics` wrote, or its parts do not fit together. */
export function readStatistics(path: string): ItemStatistics {
  const arrays = readArrays(path);
  const trust = numberOf(arrays, 'trust');
  if (!(trust >= 0 && trust <= 1)) throw new RangeError(`the trust in ${path} is not from 0 to 1`);
  const popularity = arrayOf(arrays, 'popularity', Float64Array);
  const numbers = (name: string) => floats(arrays, name, popularity.length);
  return {
    trust,
    popularity: numbers('popularity'),
    trend: numbers('trend'),
    degree: numbers('degree'),
    precision: numbers('precision'),
  };
}

/** The scales of a finished model, as arrays beside its rows. */
export function scaleArrays({ items, preferences, groups, prior }: Scales): Arrays {
  return { scales: Float64Array.of(items, preferences, groups), prior };
}

/** @throws RangeError where the file has none, or they are not finite. */
export function readScales(path: string): Scales {
  const arrays = readArrays(path, (name) => name === 'scales' || name === 'prior');
  const prior = floats(arrays, 'prior');
  const [items = 0, preferences = 0, groups = 0] = floats(arrays, 'scales', 3);
  return { items, preferences, groups, prior };
}

/**
 * The factors of the items of a model; undefined: it has none.
 * @throws RangeError where the file does not hold a whole number of factors for each item.
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
  if (!isWhole || !areNumbers(factors))
    throw new RangeError(`the factors in ${path} are not those of ${counts.items} items`);
  return factors;
}

/** By item, the users who liked it: of statistics, or of a saved model. @throws RangeError where there is no such number for an item. */
export function readPopularity(path: string): Float64Array {
  const arrays = readArrays(path, (name) => name === 'popularity');
  return floats(arrays, 'popularity');
}

/* The answers to shards: they are written by `writeShard`, as these arrays. */

/** Counted rows of the Gram matrix: learners need all pairs, and of the candidates only those of their own rows. */
export function countedArrays(counted: { pairs: SparseRows; candidates: SparseRows }): Arrays {
  return namedArrays(counted);
}

/** Reads the pairs or the candidates alone. @throws RangeError where the file is none of these. */
export function readCounted(path: string, name: 'pairs' | 'candidates'): SparseRows {
  return readMatrix(path, name);
}

export function learnedArrays(learned: LearnedRows): Arrays {
  return namedArrays(learned);
}

/** Reads the rows of a model alone, as scoring needs them. @throws RangeError where the file is none of these. */
export function readLearnedRows(path: string): SparseRows {
  return readMatrix(path, 'rows');
}

/** What has to be known of all rows of a model together: P_i and the number of cells, by row. @throws RangeError likewise. */
export function readLearnedFacts(path: string): { precision: Float64Array; length: Float64Array } {
  const arrays = readArrays(path, (name) => name === 'precision' || name === 'rows.start');
  const start = arrayOf(arrays, 'rows.start', Uint32Array);
  const rows = start.length - 1;
  const precision = floats(arrays, 'precision', rows);
  return { precision, length: rowLengths({ rows, start }) };
}

/** Lists in the order of the users, as lines of the output or as columns. */
export type Lists = { lines: Uint8Array } | ListColumns;

/** How many there are. */
export interface ListCounts {
  users: number;
  /** Of the output. */
  rows: number;
  /** Users whose list has fewer items than were asked for, and those among them who get none. */
  short: number;
  empty: number;
}

export function listArrays({ users, rows, short, empty }: ListCounts, lists: Lists): Arrays {
  const { reasons, ...others } = { reasons: undefined, ...lists };
  const texts = reasons && quotedArrays('reasons', reasons);
  return { ...namedArrays(others), ...texts, counts: Float64Array.of(users, rows, short, empty) };
}

/** @throws RangeError where the file is none of these. */
export function readLists(path: string): { counts: ListCounts; lists: Lists } {
  // Not mapped: what is written out is garbage at once, and the collector knows nothing of mappings.
  const arrays = readArrays(path, undefined, false);
  const [users = -1, rows = -1, short = -1, empty = -1] = arrayOf(arrays, 'counts', Float64Array);
  if (![users, rows, short, empty].every(isCount)) throw new RangeError(`the counts in ${path} are none`);
  const counts = { users, rows, short, empty };
  if ('lines' in arrays) return { counts, lists: { lines: arrayOf(arrays, 'lines', Uint8Array) } };
  const items = arrayOf(arrays, 'items', Uint32Array);
  const lengths = arrayOf(arrays, 'lengths', Uint32Array);
  const listed = lengths.reduce((total, length) => total + length, 0);
  if (lengths.length !== users || listed !== rows || items.length !== rows) {
    throw new RangeError(`the lists in ${path} do not go together`);
  }
  const scores = floats(arrays, 'scores', rows);
  const reasons = quotedIn(arrays, 'reasons');
  const sources = 'sources' in arrays ? arrayOf(arrays, 'sources', Uint8Array) : undefined;
  if ([reasons?.start.length ?? rows + 1, (sources?.length ?? rows) + 1].some((length) => length !== rows + 1)) {
    throw new RangeError(`the reasons in ${path} do not go together with its lists`);
  }
  return { counts, lists: { items, lengths, scores, reasons, sources } };
}

/** One matrix of a file that has more. */
export function readMatrix(path: string, name: string): SparseRows {
  return matrixFrom(arraysOf(path, name), name);
}

function arraysOf(path: string, matrix: string): Arrays {
  return readArrays(path, (name) => name.startsWith(`${matrix}.`));
}

function numberOf(arrays: Arrays, name: string): number {
  return arrayOf(arrays, name, Float64Array)[0] ?? -1;
}

/** Numbers by their name, if there are that many and all are finite. @throws RangeError otherwise. */
function floats(arrays: Arrays, name: string, count?: number): Float64Array {
  const numbers = arrayOf(arrays, name, Float64Array);
  if (numbers.length !== (count ?? numbers.length))
    throw new RangeError(`"${name}" has ${numbers.length} numbers, and not ${count}`);
  for (let at = 0; at < numbers.length; at++) {
    if (!Number.isFinite(numbers[at])) throw new RangeError(`"${name}" has something in it that is no number`);
  }
  return numbers;
}
