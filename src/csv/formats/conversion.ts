import { badData } from '../../failure.js';
import type { Refusals } from '../bad-rows.js';
import { displayName } from '../failures.js';
import { BYTE_ORDER_MARK, chained, hasMark, seekableSize } from '../source.js';
import { isJson, jsonEntries } from './json-objects.js';
import { PARQUET, parquetEntries } from './parquet.js';
import { recordRows } from './records.js';

/**
 * Converts JSON, Parquet and the files of the Netflix Prize to CSV with commas. The header counts as line 0.
 * @param first the first chunk, with the whole first line; `others` those after it. @returns undefined if the file is CSV already;
 * `warnings` about lost data are complete once the chunks have been read.
 * @throws Failure 65 for Parquet that comes through a pipe or is compressed, and if the packages that read it are missing.
 */
export async function conversionOf(
  path: string,
  first: Buffer,
  others: AsyncGenerator<Buffer>,
  refusals: Refusals,
  onBytes: (count: number) => void,
) {
  const head = hasMark(first) ? first.subarray(BYTE_ORDER_MARK.length) : first;
  const begin = head.toString('utf8', 0, 1 << 16);
  const chunks = chained(head, others);
  if (PARQUET.test(begin)) {
    await others.return(undefined);
    if ((await seekableSize(path)) > 0) return recordRows(parquetEntries(path, onBytes), refusals);
    const name = displayName(path);
    throw badData(`${name} is Parquet, which is read from its end: give the file, uncompressed and not through a pipe`);
  }
  if (isNetflix(begin)) return { chunks: netflixRows(chunks), warnings: [], isAsStored: false };
  return isJson(path, begin) ? recordRows(jsonEntries(chunks), refusals) : undefined;
}

const COLUMNS = 'movie_id,user_id,rating,date\n';

/** True if a text begins like a file of the Netflix Prize: the movie on a line of its own, `123:`, above its ratings. */
function isNetflix(head: string): boolean {
  return /^\d+:\r?(\n|$)/.test(head);
}

/** Converts such a file to CSV with a header: a line `123:` becomes a blank line, and each rating below it begins with the movie. */
async function* netflixRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(COLUMNS);
  let movie = '';
  let rest = '';
  const rowOf = (line: string): string => {
    const [, next] = /^(\d+):\r?$/.exec(line) ?? [];
    if (next !== undefined) movie = next;
    return next !== undefined || line === '' || line === '\r' ? '' : `${movie},${line}`;
  };
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield Buffer.from(lines.map((line) => `${rowOf(line)}\n`).join(''), 'latin1');
  }
  if (rest !== '') yield Buffer.from(rowOf(rest), 'latin1');
}
