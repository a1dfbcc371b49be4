import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { badData } from '../failure.js';
import { statsOf } from '../files/stats.js';
import { displayName } from './failures.js';

/** As TextDecoder calls it: such bytes are taken as they are. */
export const UTF8 = 'utf-8';

/**
 * The file's bytes, about `chunkBytes` at a time: decompressed where they begin as gzip or zstd does, whatever the file is called, and as
 * UTF-8 where they begin with the mark of UTF-16 or are said to be of another encoding.
 * @param named what TextDecoder calls the encoding of a file without a mark; undefined: UTF-8.
 * @throws Failure 65 for zstd where Node cannot decompress it.
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
    const stored = await withHead(chunks);
    const { head, whole } = isPacked(stored.head)
      ? await withHead(unpacked(stored.whole, unpackerOf(path, stored.head, chunkBytes), file))
      : stored;
    const encoding = utf16Of(head) ?? (hasMark(head) ? undefined : named);
    yield* encoding === undefined || encoding === UTF8 ? whole : recoded(whole, encoding);
  } finally {
    file.destroy();
  }
}

/** Chunks behind a first one. */
export async function* chained(first: Buffer, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* others;
}

/** The same chunks, and of them the first, of four bytes at least where there are as many. */
async function withHead(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; whole: AsyncGenerator<Buffer> }> {
  const others = behindHead(chunks, ({ length }) => length >= ZSTD.length);
  const { value: head = Buffer.alloc(0) } = await others.next();
  return { head, whole: chained(head, others) };
}

/** The same bytes, the first chunk large enough. */
async function* behindHead(
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

/** How many bytes a file has, before it is opened; 0 where nobody can tell. Whoever reads it says what is wrong with it. */
export function sizeAtHand(path: string): number {
  return path === '-' ? 0 : (statsOf(path)?.size ?? 0);
}

/** The size of a file whose bytes can be read from anywhere as they are; 0 for pipes, and for files that are compressed or in UTF-16. */
export async function seekableSize(path: string): Promise<number> {
  if (path === '-') return 0;
  const stats = await stat(path);
  // What is no file must not be opened a second time.
  if (!stats.isFile()) return 0;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(ZSTD.length), 0, ZSTD.length, 0);
    return isPacked(buffer) || utf16Of(buffer) !== undefined ? 0 : stats.size;
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

function isPacked(head: Buffer): boolean {
  return head.subarray(0, GZIP.length).equals(GZIP) || head.subarray(0, ZSTD.length).equals(ZSTD);
}

/** What Node 20's types do not know yet. */
type Unpacker = (options: { chunkSize: number }) => zlib.Gunzip;

function unpackerOf(path: string, head: Buffer, chunkBytes: number): zlib.Gunzip {
  const options = { chunkSize: Math.max(64, chunkBytes) };
  if (head[0] === GZIP[0]) return zlib.createGunzip(options);
  const { createZstdDecompress } = zlib as { createZstdDecompress?: Unpacker };
  if (createZstdDecompress) return createZstdDecompress(options);
  throw badData(
    `${displayName(path)} is compressed by zstd, which Node ${process.versions.node} cannot read: Node 22.15 can, or zstd -dc FILE | recommend -u -`,
  );
}

function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** Text of another encoding as UTF-8, its mark left out; what is no text in it becomes U+FFFD. */
export async function* recoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}

/** What a file is understood by, in bytes: longer first lines are told apart by what there is of them. */
const HEAD_BYTES = 1 << 16;

/**
 * The same bytes, the first chunk long enough to hold the first line and to show what the columns hold: a pipe gives what has been
 * written so far.
 */
export function wholeHead(chunks: AsyncIterable<Buffer>, chunkBytes: number): AsyncGenerator<Buffer> {
  const enough = Math.min(HEAD_BYTES, chunkBytes);
  return behindHead(chunks, (head) => head.length >= HEAD_BYTES || (head.length >= enough && head.includes('\n')));
}

async function* unpacked(chunks: AsyncIterable<Buffer>, unpacker: zlib.Gunzip, file: Readable): AsyncGenerator<Buffer> {
  // What goes wrong comes out of the unpacker.
  pipeline(chunks, unpacker, () => {});
  try {
    yield* unpacker as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}
