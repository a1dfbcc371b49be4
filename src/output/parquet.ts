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

/**
 * Loads the optional package that writes Parquet. Call it before a run begins its work.
 * @throws Failure 73 where it is not installed.
 */
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
  /** The rows of the next group. */
  #users: string[] = [];
  #items: number[] = [];
  #ranks: number[] = [];
  #scores: number[] = [];

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
    this.#file = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'recommend' });
  }

  /**
   * Adds lists. @param from the user of the first of them. @returns the groups that they fill, as bytes of the file.
   * @throws RangeError where they name a user or an item that there is not.
   */
  *add(from: number, { items, scores, lengths }: ListColumns): Iterable<Uint8Array> {
    let at = 0;
    for (let k = 0; k < lengths.length; k++) {
      const user = textOf(this.#texts.users, from + k);
      const length = lengths[k] ?? 0;
      for (let rank = 1; rank <= length; rank++, at++) {
        const item = items[at];
        const score = scores[at];
        if (item === undefined || score === undefined) throw new RangeError('the lists are longer than their columns');
        this.#users.push(user);
        this.#items.push(item);
        this.#ranks.push(rank);
        this.#scores.push(score);
        if (this.#users.length === ROWS_A_GROUP) yield this.#group();
      }
    }
  }

  /** The rest of the file. */
  end(): Uint8Array {
    const rest = this.#users.length > 0 ? this.#group() : new Uint8Array(0);
    this.#file.finish();
    return Buffer.concat([rest, this.#taken()]);
  }

  #group(): Uint8Array {
    const { items, titles } = this.#texts;
    const texts = (of: readonly string[]) => this.#items.map((item) => textOf(of, item));
    this.#file.write({
      columnData: [
        { name: 'user_id', data: this.#users },
        { name: 'item_id', data: texts(items) },
        { name: 'rank', data: Int32Array.from(this.#ranks) },
        { name: 'score', data: Float64Array.from(this.#scores) },
        ...(titles ? [{ name: 'title', data: texts(titles) }] : []),
      ],
      rowGroupSize: ROWS_A_GROUP,
    });
    [this.#users, this.#items, this.#ranks, this.#scores] = [[], [], [], []];
    return this.#taken();
  }

  /** What was encoded, out of the buffer. */
  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

function textOf(texts: readonly string[], at: number): string {
  const text = texts[at];
  if (text === undefined) throw new RangeError(`there is no text ${at}`);
  return text;
}
