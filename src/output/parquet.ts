import type { QuotedCells } from '../csv/quoted-cells.js';
import { notCreated, systemCode } from '../failure.js';
import type { ColumnKind, TextColumn } from './formats.js';
import type { ListColumns } from './list-columns.js';
import { SOURCES } from './reason-cells.js';

type Package = typeof import('hyparquet-writer');

/** Rows per row group. The number changes the bytes, so it is constant. */
const ROWS_PER_GROUP = 100_000;

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

/** Encodes lists as a Parquet file, a row per item, group by group. */
export function parquetLists({ ByteWriter, ParquetWriter }: Package, columns: readonly TextColumn[]) {
  const encoded = new ByteWriter();
  const schema = [
    { name: 'schema', num_children: columns.length },
    ...columns.map(({ name, kind }) => ({ name, ...TYPES[kind] })),
  ];
  // Statistics (minimum and maximum) help readers only where rows are sorted by a column, and take a fifth of the time.
  const file = new ParquetWriter({ writer: encoded, schema, statistics: false, createdBy: 'recommend' });
  // The rows of the next group: the indices of user, item and source, and the row's own values.
  const users = new Uint32Array(ROWS_PER_GROUP);
  const itemsOf = new Uint32Array(ROWS_PER_GROUP);
  const ranks = new Int32Array(ROWS_PER_GROUP);
  const scoresOf = new Float64Array(ROWS_PER_GROUP);
  const sourcesOf = new Uint8Array(ROWS_PER_GROUP);
  const reasonsOf: string[] = [];
  let rows = 0;

  const picked = (of: readonly string[], indices: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, row) => textOf(of, indices[row]));
  /** The data of the group for a column of each kind. @param texts those of the column. */
  const dataOf: Readonly<Record<ColumnKind, (texts: readonly string[]) => string[] | Int32Array | Float64Array>> = {
    user: (texts) => picked(texts, users),
    item: (texts) => picked(texts, itemsOf),
    rank: () => ranks.subarray(0, rows),
    score: () => scoresOf.subarray(0, rows),
    source: () => picked(SOURCES, sourcesOf),
    reasons: () => reasonsOf.slice(0, rows),
  };

  /** Takes the encoded bytes out of the buffer. */
  const take = (): Uint8Array => {
    const bytes = encoded.getBytes().slice();
    encoded.index = 0;
    return bytes;
  };

  const encodeGroup = (): Uint8Array => {
    const columnData = columns.map(({ name, kind, texts }) => ({ name, data: dataOf[kind](texts) }));
    file.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
    rows = 0;
    return take();
  };

  return {
    /**
     * Adds lists. @param from the index of the first list's user. @returns the bytes of the groups that they complete.
     * @throws RangeError where they name a user or an item that does not exist.
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
          if (++rows === ROWS_PER_GROUP) yield encodeGroup();
        }
      }
    },

    /** The rest of the file. */
    end(): Uint8Array {
      const rest = rows > 0 ? encodeGroup() : new Uint8Array(0);
      file.finish();
      return Buffer.concat([rest, take()]);
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
