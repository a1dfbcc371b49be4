import type { QuotedCells } from '../csv/quoted-cells.js';
import { notCreated, systemCode } from '../failure.js';
import type { ColumnKind, TextColumn } from './columns.js';
import type { ListColumns } from './list-columns.js';
import { SOURCES } from './reason-cells.js';

type Package = typeof import('hyparquet-writer');

/** Rows that are encoded at once. They decide bytes, so they depend on nothing else. */
const ROWS_A_GROUP = 100_000;

/** Loads the optional package that writes Parquet. Call it before a run begins its work. @throws Failure 73 where it is not installed. */
export async function loadParquet(load = (): Promise<Package> => import('hyparquet-writer')): Promise<Package> {
  try {
    return await load();
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw notCreated(
      'Parquet is written by the package hyparquet-writer, which is not installed: npm install hyparquet-writer (with -g if recommend was installed with -g); the other formats need no package',
      error,
    );
  }
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
const INTEGER = { type: 'INT32', repetition_type: 'REQUIRED' } as const;
const NUMBER = { type: 'DOUBLE', repetition_type: 'REQUIRED' } as const;
const TYPES = { user: TEXT, item: TEXT, rank: INTEGER, score: NUMBER, source: TEXT, reasons: TEXT };

/** Encodes lists as a Parquet file, a row an item, group by group. */
export function parquetLists({ ByteWriter, ParquetWriter }: Package, columns: readonly TextColumn[]) {
  const encoded = new ByteWriter();
  const schema = [
    { name: 'schema', num_children: columns.length },
    ...columns.map(({ name, kind }) => ({ name, ...TYPES[kind] })),
  ];
  // Smallest and largest values help only where rows are sorted by them, and take a fifth of the time.
  const file = new ParquetWriter({ writer: encoded, schema, statistics: false, createdBy: 'recommend' });
  // The rows of the next group: the indices of user, item and source, and what is said of them.
  const users = new Uint32Array(ROWS_A_GROUP);
  const itemsOf = new Uint32Array(ROWS_A_GROUP);
  const ranks = new Int32Array(ROWS_A_GROUP);
  const scoresOf = new Float64Array(ROWS_A_GROUP);
  const sourcesOf = new Uint8Array(ROWS_A_GROUP);
  const reasonsOf: string[] = [];
  let rows = 0;

  const picked = (of: readonly string[], indices: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, row) => textOf(of, indices[row]));
  /** What a column of each kind holds of the group, the texts being the column's. */
  const dataOf: Readonly<Record<ColumnKind, (texts: readonly string[]) => string[] | Int32Array | Float64Array>> = {
    user: (texts) => picked(texts, users),
    item: (texts) => picked(texts, itemsOf),
    rank: () => ranks.subarray(0, rows),
    score: () => scoresOf.subarray(0, rows),
    source: () => picked(SOURCES, sourcesOf),
    reasons: () => reasonsOf.slice(0, rows),
  };

  /** What was encoded, out of the buffer. */
  const taken = (): Uint8Array => {
    const bytes = encoded.getBytes().slice();
    encoded.index = 0;
    return bytes;
  };

  const group = (): Uint8Array => {
    const columnData = columns.map(({ name, kind, texts }) => ({ name, data: dataOf[kind](texts) }));
    file.write({ columnData, rowGroupSize: ROWS_A_GROUP });
    rows = 0;
    return taken();
  };

  return {
    /**
     * Adds lists. @param from the user of the first of them. @returns the groups that they fill, as bytes of the file.
     * @throws RangeError where they name a user or an item that there is not.
     */
    *add(from: number, { items, scores, lengths, reasons, sources }: ListColumns): Iterable<Uint8Array> {
      let at = 0;
      for (let k = 0; k < lengths.length; k++) {
        const length = lengths[k] ?? 0;
        for (let rank = 1; rank <= length; rank++, at++) {
          const item = items[at];
          const score = scores[at];
          if (item === undefined || score === undefined)
            throw new RangeError('the lists are longer than their columns');
          users[rows] = from + k;
          itemsOf[rows] = item;
          ranks[rows] = rank;
          scoresOf[rows] = score;
          sourcesOf[rows] = sources?.[at] ?? 0;
          if (reasons) reasonsOf[rows] = cellText(reasons, at);
          if (++rows === ROWS_A_GROUP) yield group();
        }
      }
    },

    /** The rest of the file. */
    end(): Uint8Array {
      const rest = rows > 0 ? group() : new Uint8Array(0);
      file.finish();
      return Buffer.concat([rest, taken()]);
    },
  };
}

function cellText({ bytes, start }: QuotedCells, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', start[at], start[at + 1]);
}

function textOf(texts: readonly string[], at = -1): string {
  const text = texts[at];
  if (text === undefined) throw new RangeError(`there is no text ${at}`);
  return text;
}
