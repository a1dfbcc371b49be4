import { ExitCode, Failure, systemCode } from '../failure.js';
import type { ListColumns } from './list-columns.js';

type Package = typeof import('hyparquet-writer');

/** Rows that are encoded at once. They decide bytes, so they depend on nothing else. */
const ROWS_A_GROUP = 100_000;

/** The texts of a file, by index. */
export interface Texts {
  users: readonly string[];
  items: readonly string[];
  /** Undefined: no column of titles. */
  titles: readonly string[] | undefined;
}

/** Loads the optional package that writes Parquet. Call it before a run begins its work. @throws Failure 73 where it is not installed. */
export async function loadParquet(load = (): Promise<Package> => import('hyparquet-writer')): Promise<Package> {
  try {
    return await load();
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Failure(
      ExitCode.cannotCreate,
      'Parquet is written by the package hyparquet-writer, which is not installed: npm install hyparquet-writer (with -g if recommend was installed with -g); the other formats need no package',
      { cause: error },
    );
  }
}

/** Encodes lists as a Parquet file of `user_id, item_id, rank, score[, title]`, a row an item, group by group. */
export class ParquetLists {
  readonly #texts: Texts;
  readonly #bytes: InstanceType<Package['ByteWriter']>;
  readonly #file: InstanceType<Package['ParquetWriter']>;
  /** The rows of the next group: the indices of user and item, and what is said of them. */
  readonly #users = new Uint32Array(ROWS_A_GROUP);
  readonly #items = new Uint32Array(ROWS_A_GROUP);
  readonly #ranks = new Int32Array(ROWS_A_GROUP);
  readonly #scores = new Float64Array(ROWS_A_GROUP);
  #rows = 0;

  constructor({ ByteWriter, ParquetWriter }: Package, texts: Texts) {
    this.#texts = texts;
    this.#bytes = new ByteWriter();
    const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
    const columns = [
      { name: 'user_id', ...text },
      { name: 'item_id', ...text },
      { name: 'rank', type: 'INT32', repetition_type: 'REQUIRED' } as const,
      { name: 'score', type: 'DOUBLE', repetition_type: 'REQUIRED' } as const,
      ...(texts.titles ? [{ name: 'title', ...text }] : []),
    ];
    const schema = [{ name: 'schema', num_children: columns.length }, ...columns];
    // Smallest and largest values help only where rows are sorted by them, and take a fifth of the time.
    this.#file = new ParquetWriter({ writer: this.#bytes, schema, statistics: false, createdBy: 'recommend' });
  }

  /**
   * Adds lists. @param from the user of the first of them. @returns the groups that they fill, as bytes of the file.
   * @throws RangeError where they name a user or an item that there is not.
   */
  *add(from: number, { items, scores, lengths }: ListColumns): Iterable<Uint8Array> {
    let at = 0;
    for (let k = 0; k < lengths.length; k++) {
      const length = lengths[k] ?? 0;
      for (let rank = 1; rank <= length; rank++, at++) {
        const item = items[at];
        const score = scores[at];
        if (item === undefined || score === undefined) throw new RangeError('the lists are longer than their columns');
        this.#users[this.#rows] = from + k;
        this.#items[this.#rows] = item;
        this.#ranks[this.#rows] = rank;
        this.#scores[this.#rows] = score;
        if (++this.#rows === ROWS_A_GROUP) yield this.#group();
      }
    }
  }

  /** The rest of the file. */
  end(): Uint8Array {
    const rest = this.#rows > 0 ? this.#group() : new Uint8Array(0);
    this.#file.finish();
    return Buffer.concat([rest, this.#taken()]);
  }

  #group(): Uint8Array {
    const { users, items, titles } = this.#texts;
    const rows = this.#rows;
    const texts = (of: readonly string[], indices: Uint32Array) =>
      Array.from({ length: rows }, (_, row) => textOf(of, indices[row]));
    this.#file.write({
      columnData: [
        { name: 'user_id', data: texts(users, this.#users) },
        { name: 'item_id', data: texts(items, this.#items) },
        { name: 'rank', data: this.#ranks.subarray(0, rows) },
        { name: 'score', data: this.#scores.subarray(0, rows) },
        ...(titles ? [{ name: 'title', data: texts(titles, this.#items) }] : []),
      ],
      rowGroupSize: ROWS_A_GROUP,
    });
    this.#rows = 0;
    return this.#taken();
  }

  /** What was encoded, out of the buffer. */
  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

function textOf(texts: readonly string[], at = -1): string {
  const text = texts[at];
  if (text === undefined) throw new RangeError(`there is no text ${at}`);
  return text;
}
