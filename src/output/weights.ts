import { quoted } from '../csv/quoting.js';
import type { SparseRows } from '../matrix/sparse.js';
import { type NpyArray, npz } from './npz.js';

/** How the weights of a model are written for other programs. */
export const WEIGHT_FORMATS = ['npz', 'mtx', 'csv'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** The signal of a row of the weights. */
export interface Signal {
  kind: 'item' | 'attribute' | 'group' | 'latest' | 'popular';
  id: string;
}

const LINES_PER_CHUNK = 10_000;

/** The bytes of a file of weights. @param rows signals × items. @param factors items × rank, written to npz only. */
export function weightBytes(
  format: WeightFormat,
  rows: SparseRows,
  signals: readonly Signal[],
  items: readonly string[],
  factors: Float32Array,
): Iterable<Uint8Array | string> {
  // SciPy ignores arrays that it does not know, such as `factors`.
  if (format === 'npz') return npz({ ...scipyArrays(rows), factors: [factors] });
  return inChunks(format === 'mtx' ? matrixMarket(rows) : csv(rows, signals, items));
}

/** As `scipy.sparse.save_npz` names the arrays of a CSR matrix. */
function scipyArrays({ rows, columns, start, index, value }: SparseRows): Record<string, readonly NpyArray[]> {
  // SciPy has no unsigned indices.
  const signed = ({ buffer, byteOffset, length }: Uint32Array) => new Int32Array(buffer, byteOffset, length);
  const isSmall = index.length < 2 ** 31;
  const wide = (numbers: Uint32Array) => BigInt64Array.from(numbers, BigInt);
  return {
    indices: [isSmall ? signed(index) : wide(index)],
    indptr: [isSmall ? signed(start) : wide(start)],
    format: [Buffer.from('csr')],
    shape: [BigInt64Array.of(BigInt(rows), BigInt(columns))],
    data: [value],
  };
}

function* matrixMarket({ rows, columns, start, index, value }: SparseRows): Iterable<string> {
  yield '%%MatrixMarket matrix coordinate real general\n';
  yield `${rows} ${columns} ${index.length}\n`;
  for (let row = 0; row < rows; row++) {
    for (let e = start[row] ?? 0; e < (start[row + 1] ?? 0); e++)
      yield `${row + 1} ${(index[e] ?? 0) + 1} ${digits(value[e])}\n`;
  }
}

function* csv(
  { rows, start, index, value }: SparseRows,
  signals: readonly Signal[],
  items: readonly string[],
): Iterable<string> {
  const cells = items.map(quoted);
  yield 'kind,signal,item,weight\n';
  for (let row = 0; row < rows; row++) {
    const { kind, id } = signals[row] ?? { kind: '', id: '' };
    const signal = `${kind},${quoted(id)}`;
    for (let e = start[row] ?? 0; e < (start[row + 1] ?? 0); e++)
      yield `${signal},${cells[index[e] ?? -1]},${digits(value[e])}\n`;
  }
}

/** As many digits as a single-precision number has. */
function digits(value = 0): string {
  return String(Number(value.toPrecision(9)));
}

/** Joins lines to pieces that are worth writing. */
export function* inChunks(lines: Iterable<string>): Iterable<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    if (chunk.push(line) < LINES_PER_CHUNK) continue;
    yield chunk.join('');
    chunk = [];
  }
  yield chunk.join('');
}
