import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { badData } from '../failure.js';
import { statsOf } from '../files/stats.js';
import { displayName } from './failures.js';

/** TextDecoder's name; such bytes are not converted. */
export const UTF8 = 'utf-8';

/**
 * The file's bytes, about `chunkBytes` at a time: decompressed if they begin like gzip or zstd, whatever the file's name, and converted to
 * UTF-8 if they begin with the byte order mark of UTF-16 or an option names another encoding.
 * @param named the encoding of a file without a byte order mark, as TextDecoder calls it; undefined: UTF-8.
 * @throws Failure 65 for zstd if this version of Node cannot decompress it.
 */
export async function* plainBytes(
  path: string,
  chunkBytes: number,
  onBytes: (count: number) => void,
  named?: string,
): AsyncGenerator<Buffer> {
  const file: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes });
  const chunks = (async function* () {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      yield chunk;
    }
  })();
  try {
    const stored = await peek(chunks);
    const { head, whole } = isCompressed(stored.head)
      ? await peek(decompressed(stored.whole, decompressorOf(path, stored.head, chunkBytes), file))
      : stored;
    const encoding = utf16Of(head) ?? (hasMark(head) ? undefined : named);
    yield* encoding === undefined || encoding === UTF8 ? whole : recoded(whole, encoding);
  } finally {
    file.destroy();
  }
}

/** A first chunk followed by others. */
export async function* chained(first: Buffer, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* others;
}

/** @returns the same bytes as `whole`, and the first chunk as `head`: at least four bytes if there are as many. */
async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; whole: AsyncGenerator<Buffer> }> {
  const others = withLargerHead(chunks, ({ length }) => length >= ZSTD.length);
  const { value: head = Buffer.alloc(0) } = await others.next();
  return { head, whole: chained(head, others) };
}

/** The same bytes, with a first chunk that is large enough. */
async function* withLargerHead(
  chunks: AsyncIterable<Buffer>,
  isEnough: (head: Buffer) => boolean,
): AsyncGenerator<Buffer, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (!isEnough(head)) continue;
    yield head;
    head = undefined;
  }
  if (head && head.length > 0) yield head;
}

/** The size of a file that is not open yet; 0 if it is unknown. A missing file is no error here: opening it reports that. */
export function fileSizeOrZero(path: string): number {
  return path === '-' ? 0 : (statsOf(path)?.size ?? 0);
}

/** The size of a file whose bytes can be read as they are from any position; 0 for pipes, compressed files and UTF-16. */
export async function seekableSize(path: string): Promise<number> {
  if (path === '-') return 0;
  const stats = await stat(path);
  // Pipes and devices must not be opened a second time.
  if (!stats.isFile()) return 0;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(ZSTD.length), 0, ZSTD.length, 0);
    return isCompressed(buffer) || utf16Of(buffer) !== undefined ? 0 : stats.size;
  } finally {
    await file.close();
  }
}

export const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
const GZIP = Buffer.of(0x1f, 0x8b);
const ZSTD = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);

export function hasMark(bytes: Buffer): boolean {
  return BYTE_ORDER_MARK.equals(bytes.subarray(0, BYTE_ORDER_MARK.length));
}

function isCompressed(head: Buffer): boolean {
  return head.subarray(0, GZIP.length).equals(GZIP) || head.subarray(0, ZSTD.length).equals(ZSTD);
}

/** Missing in Node 20's types. */
type CreateDecompressor = (options: { chunkSize: number }) => zlib.Gunzip;

function decompressorOf(path: string, head: Buffer, chunkBytes: number): zlib.Gunzip {
  const options = { chunkSize: Math.max(64, chunkBytes) };
  if (head[0] === GZIP[0]) return zlib.createGunzip(options);
  const { createZstdDecompress } = zlib as { createZstdDecompress?: CreateDecompressor };
  if (createZstdDecompress) return createZstdDecompress(options);
  throw badData(
    `${displayName(path)} is compressed by zstd, which Node ${process.versions.node} cannot read: Node 22.15 can, or zstd -dc FILE | recommend -u -`,
  );
}

function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** Converts text in another encoding to UTF-8, without its byte order mark; invalid bytes become U+FFFD. */
export async function* recoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}

/** The most bytes that decide about the format and columns of a file; of a longer first line only these count. */
const HEAD_BYTES = 1 << 16;

/**
 * The same bytes, with a first chunk that holds the first line and enough rows to show what the columns contain. (The chunks of a pipe may
 * be shorter, since they are whatever has been written so far.)
 */
export function wholeHead(chunks: AsyncIterable<Buffer>, chunkBytes: number): AsyncGenerator<Buffer> {
  const enough = Math.min(HEAD_BYTES, chunkBytes);
  return withLargerHead(chunks, (head) => head.length >= HEAD_BYTES || (head.length >= enough && head.includes('\n')));
}

async function* decompressed(
  chunks: AsyncIterable<Buffer>,
  decompressor: zlib.Gunzip,
  file: Readable,
): AsyncGenerator<Buffer> {
  // Errors also end the decompressor, which throws them below.
  pipeline(chunks, decompressor, () => {});
  try {
    yield* decompressor as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}
