import { badData } from '../../failure.js';
import type { Refusals } from '../bad-rows.js';
import { displayName } from '../failures.js';
import { BYTE_ORDER_MARK, hasMark, seekableSize } from '../source.js';
import { isJson, jsonEntries } from './json-objects.js';
import { isNetflix, netflixRows } from './netflix.js';
import { PARQUET, parquetEntries } from './parquet.js';
import { recordRows } from './records.js';

/**
 * Turns JSON, Parquet and the files of the Netflix Prize into CSV with commas. The header counts as line 0.
 * @param head the beginning of the file, with the whole first line, which `chunks` begin with. @returns undefined for what is CSV already;
 * `warnings` of what is lost are complete once the chunks have been read.
 * @throws Failure 65 for Parquet that comes through a pipe, or without the packages that read it.
 */
export async function conversionOf(
  path: string,
  head: Buffer,
  chunks: AsyncGenerator<Buffer>,
  refusals: Refusals,
  onBytes: (count: number) => void,
) {
  const begin = head.toString('utf8', 0, 1 << 16).replace(/^\uFEFF/, '');
  if (PARQUET.test(begin)) {
    await chunks.return(undefined);
    if ((await seekableSize(path)) > 0) return recordRows(parquetEntries(path, onBytes), refusals);
    const name = displayName(path);
    throw badData(
      `${name} is Parquet, which is read from a file that is not packed: it begins with what stands at its end`,
    );
  }
  if (isNetflix(begin)) return { chunks: netflixRows(chunks), warnings: [] };
  return isJson(path, begin) ? recordRows(jsonEntries(withoutMark(chunks)), refusals) : undefined;
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of chunks) {
    yield isFirst && hasMark(chunk) ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk;
    isFirst = false;
  }
}
